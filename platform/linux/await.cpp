#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "platform/clock.hpp"
#include "platform/linux/descriptor.hpp"
#include "platform/linux/detached.hpp"
#include "platform/linux/folder_watch.hpp"
#include "platform/linux/trace.hpp"
#include "platform/linux/wake.hpp"

namespace guestpatch::os {
namespace {

constexpr std::size_t tail_size = 1U << 20U;
constexpr milliseconds grace{5000};       // between SIGTERM and SIGKILL
constexpr milliseconds gather_time{20};   // what is said line by line is read in gulps
constexpr milliseconds blind_wait{1000};  // between two looks, only where the kernel has no descriptor to wait on
constexpr milliseconds longest{3600'000};

/// A file that grows while it is read.
class Growing {
  public:
    explicit Growing(const Path& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}

    [[nodiscard]] bool open() const { return fd_.open(); }

    /// Takes what is there now, and not what comes meanwhile: a daemon left behind may go on for ever.
    bool read_on(const OutputSink& sink) {
        struct stat status{};
        if (!fd_.open() || ::fstat(fd_.get(), &status) != 0) return false;
        const off_t before = offset_;
        while (offset_ < status.st_size) {
            const ssize_t got =
                uninterrupted([&] { return ::pread(fd_.get(), buffer_.data(), buffer_.size(), offset_); });
            if (got <= 0) break;
            offset_ += got;
            const std::string_view piece(buffer_.data(), static_cast<std::size_t>(got));
            text_ += piece;
            if (text_.size() > 2 * tail_size) shorten();
            if (sink) sink(piece);
        }
        return offset_ > before;
    }

    std::string take(bool& truncated) {
        if (text_.size() > tail_size) shorten();
        truncated = truncated || truncated_;
        return std::move(text_);
    }

  private:
    void shorten() {
        text_.erase(0, text_.size() - tail_size);
        truncated_ = true;
    }

    Descriptor fd_;
    off_t offset_ = 0;
    std::string text_;
    bool truncated_ = false;
    std::array<char, 65536> buffer_{};
};

BootTime later(BootTime from, milliseconds by) {
    return by > BootTime::max() - from ? BootTime::max() : from + by;
}

/// One wait for one program.
class Attendant {
  public:
    Attendant(const Path& folder, const Patience& patience, const std::stop_token& stop)
        : folder_(folder), patience_(patience), stop_(stop), wake_(stop), watch_(folder) {}

    Completion attend(Growing& out, Growing& err, const OutputSink& sink) {
        if (give_up(folder_)) return {.end = RunEnd::lost};
        const Trace trace = read_trace(folder_).value_or(Trace{});  // process 0 is nobody
        Living wrapper(trace.wrapper);
        Living program(trace.program);
        Completion completion;
        while (true) {
            const bool wrapper_here = wrapper.here();  // before looking for what they write last
            const bool gone = !program.here() && !wrapper_here;
            const auto exit = read_exit(folder_);
            const bool out_came = out.read_on(sink);
            const bool err_came = err.read_on({});
            if (exit || gone) {
                completion = exit.value_or(Completion{.end = RunEnd::lost});
                break;
            }
            const BootTime now = clocks_->boot();
            if (out_came || err_came) heard_ = now;
            judge(now, wrapper, program);
            if (left_alone_) {
                completion.end = RunEnd::cancelled;
                break;
            }
            sleep(wrapper, program, out_came || err_came);
        }
        if (ended_) completion.end = RunEnd::silence;
        completion.out = out.take(completion.truncated);
        completion.err = err.take(completion.truncated);
        return completion;
    }

  private:
    void judge(BootTime now, Living& wrapper, Living& program) {
        if (ended_) {
            if (now < kill_at_) return;
            program.signal_group(SIGKILL);
            wrapper.signal_group(SIGKILL);
            kill_at_ = BootTime::max();
            return;
        }
        if (stop_.stop_requested()) {
            if (!stopping_) leave_at_ = later(now, patience_.after_stop);
            stopping_ = true;
            left_alone_ = now >= leave_at_;
        }
        if (now < limit() || left_alone_) return;
        ended_ = stopping_ = true;
        kill_at_ = now + grace;
        program.signal_group(SIGTERM);
        wrapper.signal_group(SIGTERM);  // the same group, unless the program has left it; the wrapper bears it
    }

    /// When patience is over.
    [[nodiscard]] BootTime limit() const {
        return std::max(later(start_, patience_.deadline), later(heard_, patience_.silence));
    }

    void sleep(const Living& wrapper, const Living& program, bool gather) {
        const BootTime now = clocks_->boot();
        const BootTime next = ended_ ? kill_at_ : std::min(limit(), leave_at_);
        milliseconds at_most = std::min(Deadline{next}.left(now), gather ? gather_time : longest);
        if (watch_.fd() < 0 || (wrapper.fd() < 0 && program.fd() < 0)) at_most = std::min(at_most, blind_wait);
        std::array<pollfd, 4> waiting{pollfd{gather ? -1 : watch_.fd(), POLLIN, 0}, pollfd{wrapper.fd(), POLLIN, 0},
                                      pollfd{program.fd(), POLLIN, 0}, pollfd{stopping_ ? -1 : wake_.fd(), POLLIN, 0}};
        ::poll(waiting.data(), waiting.size(), static_cast<int>(at_most.count()));
        if (!gather) watch_.drain();
    }

    const Path& folder_;
    const Patience& patience_;
    const std::stop_token& stop_;
    StopWake wake_;
    FolderWatch watch_;
    std::unique_ptr<Clocks> clocks_ = make_clocks();
    BootTime start_ = clocks_->boot();
    BootTime heard_ = start_;
    BootTime leave_at_ = BootTime::max();
    BootTime kill_at_ = BootTime::max();
    bool ended_ = false;     // by us: patience was over
    bool stopping_ = false;  // nothing to learn from the stop token any more
    bool left_alone_ = false;
};

}  // namespace

Result<Completion> await(const Detached& detached, const Patience& patience, const std::stop_token& stop,
                         const OutputSink& sink) {
    Growing out(detached.folder / "out");
    Growing err(detached.folder / "err");
    if (!out.open()) return system_error(detached.name);
    return Attendant(detached.folder, patience, stop).attend(out, err, sink);
}

std::string whereabouts(const Detached& detached) {
    const auto trace = read_trace(detached.folder);
    if (!trace || read_exit(detached.folder)) return "";
    const bool program_here = Living(trace->program).here();
    if (!program_here && !Living(trace->wrapper).here()) return "";
    if (!trace->unit.empty()) return trace->unit;
    return fmt::format("process {}", program_here ? trace->program.pid : trace->wrapper.pid);
}

}  // namespace guestpatch::os
