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

namespace guestpatch {

/// What to run. The environment is clean (PATH, HOME, LC_ALL=C.UTF-8) plus `environment`; standard input is empty.
struct Command {
    std::vector<std::string> argv;         ///< argv[0] is looked up in PATH
    std::vector<std::string> environment;  ///< "NAME=value", added to the clean environment
    milliseconds deadline{};               ///< the whole run
    milliseconds silence{};                ///< the longest time without a byte of output
    std::size_t output_cap = 64U << 20U;   ///< per stream, bytes; beyond it the head is dropped, the tail kept
};

/// How a run came to its end.
enum class RunEnd { exited, signalled, deadline, silence, cancelled };

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

/// Runs read-only programs. Calls from several threads at once are allowed.
class ProcessRunner {
  public:
    virtual ~ProcessRunner() = default;

    /// Runs to the end. When the deadline, the silence limit or a stop request comes first, the whole
    /// process group (Windows: job object) is ended and the Completion says so.
    /// Errc::not_found when there is no such program; Errc::failed when none could be started.
    virtual Result<Completion> run(const Command& command, std::stop_token stop, const OutputSink& sink) = 0;

    Result<Completion> run(const Command& command, std::stop_token stop) { return run(command, std::move(stop), {}); }
};

std::unique_ptr<ProcessRunner> make_process_runner();

/// This process, as the operating system numbers it.
std::int64_t current_process_id();

}  // namespace guestpatch
