#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "platform/clock.hpp"
#include "platform/linux/descriptor.hpp"
#include "platform/linux/detached.hpp"
#include "platform/linux/folder.hpp"
#include "platform/linux/folder_watch.hpp"
#include "platform/linux/program.hpp"
#include "platform/linux/trace.hpp"
#include "platform/linux/transient_service.hpp"

namespace guestpatch::os {
namespace {

constexpr milliseconds begin_limit{30'000};
constexpr milliseconds look_again{100};  // only where the kernel cannot watch folders

// Runs the program ($3 and on) for the folder $1 as the unit $2, and keeps how it ended. No lock says that it still
// runs: every daemon a package starts would inherit it, and keep us waiting for ever. Process numbers with start times
// say it instead; the program's is on file before it begins, so that nobody's death in between can lose it.
// A shell cannot tell an exit status above 128 from a signal; package managers have none.
constexpr const char* wrapper = R"(
read -r boot </proc/sys/kernel/random/boot_id && read -r stat </proc/self/stat || exit
printf '%s\n' "$boot" "$2" "$stat" >"$1/where" || exit
trap : HUP INT TERM
(
    exec >>"$1/out" 2>>"$1/err"
    read -r stat </proc/self/stat && printf '%s\n' "$stat" >>"$1/where" &&
        set -C && true >"$1/started" || { kill -KILL $$; exit; }
    shift 2
    exec "$@"
)
status=$?
how=exited
if [ $status -gt 128 ] && [ $status -le 192 ]; then how=killed status=$((status - 128)); fi
printf '%s %s\n' $how $status 1<>"$1/exit"
sync "$1/exit" "$1"
)";

/// The other files, and all of them durable: after a power cut it shall be known that there was a launch.
Result<void> reserve(const Path& folder) {
    const Descriptor err(::open((folder / "err").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    const Descriptor exit(::open((folder / "exit").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    // The program may fill the disk: how it ended is written over this then.
    constexpr std::string_view reserved = "................";
    if (!err.open() || !exit.open() || ::write(exit.get(), reserved.data(), reserved.size()) < 0 ||
        ::fsync(exit.get()) != 0) {
        return system_error(folder.native());
    }
    if (auto synced = sync_folder(folder); !synced) return synced;
    return sync_folder(folder.parent_path());
}

/// Makes the folder, with `out` as the mark that this name is taken.
Result<void> prepare(const Path& folder, const std::string& name) {
    if (auto made = make_folder(folder.parent_path()); !made) return made;
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return system_error(folder.native());
    if (::chmod(folder.c_str(), 0700) != 0) return system_error(folder.native());
    if (claimed(folder)) return Error{Errc::busy, fmt::format("{} was launched before", name)};
    const Descriptor out(::open((folder / "out").c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!out.open()) {
        if (errno == EEXIST) return Error{Errc::busy, fmt::format("{} was launched before", name)};
        return system_error(folder.native());
    }
    auto reserved = reserve(folder);
    if (!reserved) ::unlink((folder / "out").c_str());
    return reserved;
}

/// The grandchild's side, async-signal-safe only.
[[noreturn]] void become(char* const* argv, char* const* envp, int null, int report) {
    ::setsid();
    ::umask(022);
    reset_signals();
    if (::chdir("/") == 0 && ::dup2(null, STDIN_FILENO) >= 0 && ::dup2(null, STDOUT_FILENO) >= 0 &&
        ::dup2(null, STDERR_FILENO) >= 0) {
        // What others let us inherit is not the program's to keep open. Before Linux 5.11 it has to.
        ::close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
        ::execve(argv[0], argv, envp);
    }
    const int number = errno;
    [[maybe_unused]] const ssize_t written = ::write(report, &number, sizeof number);
    ::_exit(127);
}

/// A session without a terminal, and not our child: nothing that is meant for us reaches it.
Result<void> start_session(const std::vector<std::string>& words, const std::vector<std::string>& environment) {
    const std::vector<char*> argv = pointers(words);
    const std::vector<char*> envp = pointers(environment);
    const Descriptor null(::open("/dev/null", O_RDWR | O_CLOEXEC));
    std::array<int, 2> ends{};
    if (!null.open() || ::pipe2(ends.data(), O_CLOEXEC) != 0) return system_error(words.front());
    const Descriptor reader(ends[0]);
    Descriptor writer(ends[1]);

    const pid_t child = ::fork();
    if (child < 0) return system_error(words.front());
    if (child == 0) {
        const pid_t grandchild = ::fork();
        if (grandchild == 0) become(argv.data(), envp.data(), null.get(), writer.get());
        const int number = errno;
        if (grandchild < 0) [[maybe_unused]]
            const ssize_t written = ::write(writer.get(), &number, sizeof number);
        ::_exit(0);
    }
    writer.reset();
    uninterrupted([&] { return ::waitpid(child, nullptr, 0); });
    int number = 0;
    if (uninterrupted([&] { return ::read(reader.get(), &number, sizeof number); }) <= 0) return {};
    return system_error(words.front(), number);
}

Result<void> start_service(const std::string& unit, std::vector<std::string> words,
                           const std::vector<std::string>& environment) {
    words.insert(words.begin(), environment.begin(), environment.end());
    words.insert(words.begin(), {"/usr/bin/env", "-i"});  // systemd has an environment of its own
    return start_transient_service(unit, words);
}

/// Waits for the program to begin.
void wait_until_claimed(const Path& folder) {
    const FolderWatch watch(folder);
    const auto clocks = make_clocks();
    const Deadline limit{clocks->boot() + begin_limit};
    while (!claimed(folder) && !limit.passed(clocks->boot())) {
        pollfd waiting{watch.fd(), POLLIN, 0};
        const milliseconds left = limit.left(clocks->boot());
        ::poll(&waiting, 1, static_cast<int>((watch.fd() < 0 ? std::min(left, look_again) : left).count()));
        watch.drain();
    }
}

}  // namespace

Result<void> launch(const Detached& detached, const Command& command) {
    if (command.argv.empty()) return Error{Errc::invalid, "no program to launch"};
    if (!command.user.empty()) return Error{Errc::invalid, "nothing is launched as another user"};
    const std::string program = find_program(command.argv.front());
    if (program.empty()) return Error{Errc::not_found, fmt::format("{}: no such program", command.argv.front())};
    const Path folder = std::filesystem::absolute(detached.folder).lexically_normal();
    if (auto prepared = prepare(folder, detached.name); !prepared) return prepared;

    const std::string unit = systemd_runs() ? detached.name + ".service" : "-";
    std::vector<std::string> words{
        "/bin/sh", "-c", wrapper, "guestpatch", folder.native(), unit, std::filesystem::absolute(program).native()};
    words.insert(words.end(), command.argv.begin() + 1, command.argv.end());
    auto environment = environment_of(command);
    environment.push_back(fmt::format("{}={}", job_variable, detached.name));
    const auto asked = unit == "-" ? start_session(words, environment) : start_service(unit, words, environment);
    if (asked) wait_until_claimed(folder);
    // An error may be about the answer alone, and a wrapper may come late: what counts is who claims the start.
    if (!give_up(folder)) return {};
    ::unlink((folder / "out").c_str());
    if (asked) return Error{Errc::failed, fmt::format("{}: did not start within 30 s", detached.name)};
    return Result<void>(asked).within(detached.name);
}

}  // namespace guestpatch::os
