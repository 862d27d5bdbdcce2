// Running other programs: argv only, never a shell string, never without a deadline.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/result.hpp"
#include "platform/base/time.hpp"
#include "platform/files.hpp"

namespace guestpatch {

/// What to run. The environment is clean (PATH, HOME, LC_ALL=C.UTF-8) plus `environment`.
struct Command {
    std::vector<std::string> argv;         ///< argv[0] is looked up in PATH
    std::vector<std::string> environment;  ///< "NAME=value", added to the clean environment
    milliseconds deadline{};               ///< the whole run
    milliseconds silence{};                ///< the longest time without a byte of output
    std::size_t output_cap = 64U << 20U;   ///< per stream, bytes; beyond it the head is dropped, the tail kept
    std::string input{};                   ///< what the program finds on standard input, read or not; run() only
    /// Run as this user: no supplementary groups, no capabilities to gain, no core dumps, the root folder as working folder,
    /// what it writes for itself alone. Empty: as ourselves. run() only, and Linux only: elsewhere Errc::failed.
    std::string user{};
};

/// How a run came to its end.
enum class RunEnd {
    exited,
    signalled,
    deadline,   ///< ended by us: it took too long
    silence,    ///< ended by us: it printed nothing for too long
    cancelled,  ///< a stop was requested: run() has ended it, await() has left it running
    lost,       ///< await() only: it is gone and left no exit status (power cut, SIGKILL of its wrapper)
};

/// What a run left behind. A nonzero exit is a value: the caller knows what 100 means.
struct Completion {
    RunEnd end = RunEnd::exited;
    int code = 0;  ///< exit status, or the signal's number when signalled
    std::string out;
    std::string err;
    bool truncated = false;  ///< the head of out or err is missing

    [[nodiscard]] bool exited_with(int status) const { return end == RunEnd::exited && code == status; }
};

/// "exit status 100", "killed by signal 9", "no output for 300 s": for error messages.
[[nodiscard]] std::string describe(const Completion& completion);

/// Called with each piece of standard output as it arrives, on the calling thread.
using OutputSink = std::function<void(std::string_view)>;

/// A program that runs beside us and outlives us: all that is needed to find it again, journaled before it
/// starts. One name is launched once.
struct Detached {
    std::string name;  ///< unique and safe as a file name; the systemd unit is `name`.service
    Path folder;       ///< its own: standard output, standard error and exit status are kept here for the owner alone

    friend bool operator==(const Detached&, const Detached&) = default;
};

/// The environment variable in which a detached program, and all it starts, finds the name of its job.
constexpr const char* job_variable = "GUESTPATCH_JOB";

/// How long a detached program is waited for. It is ended only after *both* limits have passed: a package
/// manager that is hurt in the middle leaves a broken machine behind.
struct Patience {
    milliseconds deadline{};    ///< from now
    milliseconds silence{};     ///< without a byte of output, from now or from the last byte
    milliseconds after_stop{};  ///< once a stop was requested; then it is left running
};

/// Runs programs: read-only ones as children that are ended with us, others detached. Calls from several
/// threads at once are allowed.
class ProcessRunner {
  public:
    virtual ~ProcessRunner() = default;

    /// Runs to the end. When the deadline, the silence limit or a stop request comes first, the whole
    /// process group (Windows: job object) is ended and the Completion says so.
    /// A deadline of zero has passed already: nothing is started. Errc::not_found when there is no such program or user;
    /// Errc::invalid when `argv` is empty; Errc::permission, Errc::failed when none could be started.
    virtual Result<Completion> run(const Command& command, std::stop_token stop, const OutputSink& sink) = 0;

    Result<Completion> run(const Command& command, std::stop_token stop) { return run(command, std::move(stop), {}); }

    /// Starts a program so that our own end, of whatever kind, never reaches it: a transient systemd service
    /// where systemd runs, elsewhere a session of its own. Standard input is empty, output goes to files: a
    /// pipe would pass our death on as SIGPIPE. The command's limits and cap do not apply.
    /// Errc::busy when this name was launched before; Errc::not_found when there is no such program; Errc::invalid when
    /// another user is asked for.
    /// Windows has no caller for it: Errc::failed.
    virtual Result<void> launch(const Detached& detached, const Command& command) = 0;

    /// Waits for the end of what launch() started, also in an earlier life of this program; returns at once
    /// when it has ended. `out` and `err` of the Completion hold the tail of what it printed.
    /// Errc::not_found when nothing was launched under this name.
    virtual Result<Completion> await(const Detached& detached, const Patience& patience, std::stop_token stop,
                                     const OutputSink& sink) = 0;

    /// "guestpatch-x.service" or "process 4711", for the operator; empty when it does not run any more.
    virtual std::string whereabouts(const Detached& detached) = 0;
};

std::unique_ptr<ProcessRunner> make_process_runner();

/// This process, as the operating system numbers it.
std::int64_t current_process_id();

}  // namespace guestpatch
