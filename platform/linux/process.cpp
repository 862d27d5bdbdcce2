#include "platform/process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <optional>
#include <thread>

#include "platform/clock.hpp"
#include "platform/linux/descriptor.hpp"
#include "platform/linux/detached.hpp"
#include "platform/linux/program.hpp"
#include "platform/linux/user.hpp"
#include "platform/linux/wake.hpp"

namespace guestpatch {
namespace {

using os::Descriptor;
using os::system_error;
using os::uninterrupted;

constexpr milliseconds grace{5000};  // between SIGTERM and SIGKILL
// What a program says line by line is read in gulps: apt-cache wakes us seven thousand times otherwise.
constexpr milliseconds gather_time{20};
constexpr int pipe_size = 1 << 20;  // so that nobody waits for us meanwhile; where refused, 64 KiB do

/// What the child needs, made before fork(): between fork and exec nothing may allocate.
struct Image {
    std::string program;
    std::optional<os::User> user;  // none: ourselves
    std::vector<std::string> environment;
    std::vector<char*> argv;
    std::vector<char*> envp;
};

Result<Image> make_image(const Command& command, std::string program) {
    auto user = os::find_user(command.user);
    if (!user) return user.error();
    Image image{.program = std::move(program), .user = *user, .environment = os::environment_of(command)};
    image.argv = os::pointers(command.argv);
    image.envp = os::pointers(image.environment);
    return image;
}

struct Pipe {
    Descriptor reader;
    Descriptor writer;
};

Result<Pipe> make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return system_error("pipe");
    return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

/// What the child finds on standard input. A file, not a pipe: it may be large, and nobody need read it.
Result<Descriptor> make_input(const std::string& text) {
    if (text.empty()) {
        Descriptor null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        if (!null.open()) return system_error("/dev/null");
        return null;
    }
    Descriptor file(::memfd_create("input", MFD_CLOEXEC));
    std::string_view rest = text;
    while (file.open() && !rest.empty()) {
        const ssize_t written = uninterrupted([&] { return ::write(file.get(), rest.data(), rest.size()); });
        if (written < 0) return system_error("input");
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
    if (!file.open() || ::lseek(file.get(), 0, SEEK_SET) != 0) return system_error("input");
    return file;
}

/// The child's side, async-signal-safe only: own process group (a Ctrl-C at the terminal is ours to
/// handle), default signals, dies with us.
[[noreturn]] void become(const Image& image, int in, int out, int err, int report) {
    ::setpgid(0, 0);
    os::reset_signals();
    const bool ready = ::dup2(in, STDIN_FILENO) >= 0 && ::dup2(out, STDOUT_FILENO) >= 0 &&
                       ::dup2(err, STDERR_FILENO) >= 0 && (!image.user || os::become_user(*image.user));
    if (ready) {
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);  // last: another user's identity clears it
        ::execve(image.program.c_str(), image.argv.data(), image.envp.data());
    }
    const int number = errno;
    [[maybe_unused]] const ssize_t written = ::write(report, &number, sizeof number);
    ::_exit(127);
}

/// One captured stream with its cap.
class Capture {
  public:
    Capture(Descriptor fd, std::size_t cap) : fd_(std::move(fd)), cap_(cap) {
        ::fcntl(fd_.get(), F_SETFL, O_NONBLOCK);
        ::fcntl(fd_.get(), F_SETPIPE_SZ, pipe_size);
    }

    [[nodiscard]] bool open() const { return fd_.open(); }
    [[nodiscard]] pollfd waiting() const { return {fd_.get(), POLLIN, 0}; }

    /// Takes what is there now; true when anything came. End of file closes the stream. Bounded, yet
    /// more than a full pipe: a program that writes as fast as we read must not outtalk its deadline.
    bool drain(const OutputSink& sink) {
        bool any = false;
        for (int pieces = 0; fd_.open() && pieces < most_pieces; ++pieces) {
            const ssize_t got = uninterrupted([&] { return ::read(fd_.get(), buffer_.data(), buffer_.size()); });
            if (got > 0) {
                any = true;
                const std::string_view piece(buffer_.data(), static_cast<std::size_t>(got));
                keep(piece);
                if (sink) sink(piece);
            } else {
                if (got == 0 || errno != EAGAIN) fd_.reset();
                break;
            }
        }
        return any;
    }

    std::string take(bool& truncated) {
        truncated = truncated || truncated_;
        if (text_.size() > cap_) text_.erase(0, text_.size() - cap_);
        return std::move(text_);
    }

  private:
    void keep(std::string_view piece) {
        text_ += piece;
        if (text_.size() <= cap_) return;
        truncated_ = true;
        if (text_.size() > 2 * cap_) text_.erase(0, text_.size() - cap_);
    }

    static constexpr int most_pieces = 32;

    Descriptor fd_;
    std::size_t cap_;
    std::string text_;
    bool truncated_ = false;
    std::array<char, 65536> buffer_{};
};

/// A started child. Its exit arrives on a descriptor: a waiting thread turns it into an event, which
/// unlike pidfd_open(2) works on every kernel we support.
class Child {
  public:
    explicit Child(pid_t pid) : pid_(pid), waiter_([this] { await(); }) {}

    [[nodiscard]] int exit_fd() const { return exited_.get(); }
    void signal_group(int number) const { ::kill(-pid_, number); }

    /// Reaps; only after the exit event.
    siginfo_t reap() {
        waiter_.join();
        siginfo_t info{};
        uninterrupted([&] { return ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED); });
        return info;
    }

  private:
    void await() const {
        siginfo_t info{};
        uninterrupted([&] { return ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT); });
        const std::uint64_t one = 1;
        uninterrupted([&] { return ::write(exited_.get(), &one, sizeof one); });
    }

    pid_t pid_;
    Descriptor exited_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    std::jthread waiter_;
};

class LinuxProcessRunner final : public ProcessRunner {
  public:
    using ProcessRunner::run;

    Result<Completion> run(const Command& command, std::stop_token stop, const OutputSink& sink) override {
        if (command.argv.empty()) return Error{Errc::invalid, "no program to run"};
        const std::string& name = command.argv.front();
        std::string program = os::find_program(name);
        if (program.empty()) return Error{Errc::not_found, fmt::format("{}: no such program", name)};
        if (command.deadline <= milliseconds::zero()) return Completion{.end = RunEnd::deadline};
        const auto image = make_image(command, std::move(program));
        if (!image) return image.error().within(name);
        const auto in = make_input(command.input);
        auto out = make_pipe();
        auto err = make_pipe();
        auto report = make_pipe();
        if (!in) return in.error().within(name);
        if (!out || !err || !report) return Error{Errc::failed, fmt::format("{}: too many open files", name)};

        const pid_t pid = ::fork();
        if (pid < 0) return system_error(name);
        if (pid == 0) become(*image, in->get(), out->writer.get(), err->writer.get(), report->writer.get());
        ::setpgid(pid, pid);  // both sides do it: whoever comes first
        out->writer.reset();
        err->writer.reset();
        report->writer.reset();

        Child child(pid);
        int exec_errno = 0;
        if (uninterrupted([&] { return ::read(report->reader.get(), &exec_errno, sizeof exec_errno); }) > 0) {
            child.reap();
            return system_error(name, exec_errno);
        }
        return watch(command, child, Capture(std::move(out->reader), command.output_cap),
                     Capture(std::move(err->reader), command.output_cap), stop, sink);
    }

    Result<void> launch(const Detached& detached, const Command& command) override { return os::launch(detached, command); }
    Result<Completion> await(const Detached& detached, const Patience& patience, std::stop_token stop,
                             const OutputSink& sink) override {
        return os::await(detached, patience, stop, sink);
    }
    std::string whereabouts(const Detached& detached) override { return os::whereabouts(detached); }

  private:
    /// Reads both streams until the child is gone, or makes it go.
    Completion watch(const Command& command, Child& child, Capture out, Capture err, const std::stop_token& stop,
                     const OutputSink& sink) {
        const os::StopWake wake(stop);
        const BootTime start = clocks_->boot();
        BootTime heard = start;
        BootTime kill_at = BootTime::max();
        Completion completion;
        while (true) {
            const BootTime now = clocks_->boot();
            if (completion.end == RunEnd::exited) {
                if (stop.stop_requested()) completion.end = RunEnd::cancelled;
                if (now - start >= command.deadline) completion.end = RunEnd::deadline;
                if (now - heard >= command.silence) completion.end = RunEnd::silence;
                if (completion.end != RunEnd::exited) {
                    child.signal_group(SIGTERM);
                    kill_at = now + grace;
                }
            } else if (now >= kill_at) {
                child.signal_group(SIGKILL);
                kill_at = BootTime::max();
            }
            const BootTime next = completion.end == RunEnd::exited
                                      ? std::min(start + command.deadline, heard + command.silence)
                                      : kill_at;
            const int stop_fd = completion.end == RunEnd::exited ? wake.fd() : -1;
            if (wait_for_events(out, err, child, stop_fd, next)) break;
            const bool out_came = out.drain(sink);
            const bool err_came = err.drain({});
            if (!out_came && !err_came) continue;
            heard = clocks_->boot();
            gather(child, stop_fd);
        }
        // What the child itself wrote is in the pipes by now; a daemon it left behind may hold them open for ever.
        out.drain(sink);
        err.drain({});
        // Grandchildren may be deaf to SIGTERM. Before reaping: until then the group's number is ours.
        if (completion.end != RunEnd::exited) child.signal_group(SIGKILL);
        finish(completion, child.reap());
        completion.out = out.take(completion.truncated);
        completion.err = err.take(completion.truncated);
        return completion;
    }

    /// True when the child has exited.
    bool wait_for_events(const Capture& out, const Capture& err, const Child& child, int wake, BootTime until) {
        std::array<pollfd, 4> waiting{out.waiting(), err.waiting(), pollfd{child.exit_fd(), POLLIN, 0},
                                      pollfd{wake, POLLIN, 0}};
        const auto left = until == BootTime::max() ? milliseconds(-1) : Deadline{until}.left(clocks_->boot());
        constexpr milliseconds longest{3600'000};
        ::poll(waiting.data(), waiting.size(), static_cast<int>(std::min(left, longest).count()));
        return (waiting[2].revents & POLLIN) != 0;
    }

    /// Lets output collect for a moment; the end of the child or a stop request cuts it short.
    static void gather(const Child& child, int wake) {
        std::array<pollfd, 2> waiting{pollfd{child.exit_fd(), POLLIN, 0}, pollfd{wake, POLLIN, 0}};
        ::poll(waiting.data(), waiting.size(), static_cast<int>(gather_time.count()));
    }

    static void finish(Completion& completion, const siginfo_t& info) {
        completion.code = info.si_status;
        if (completion.end == RunEnd::exited && info.si_code != CLD_EXITED) completion.end = RunEnd::signalled;
    }

    std::unique_ptr<Clocks> clocks_ = make_clocks();
};

}  // namespace

std::int64_t current_process_id() { return ::getpid(); }

std::unique_ptr<ProcessRunner> make_process_runner() { return std::make_unique<LinuxProcessRunner>(); }

}  // namespace guestpatch
