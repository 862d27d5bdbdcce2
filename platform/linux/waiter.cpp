#include "platform/waiter.hpp"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "platform/linux/descriptor.hpp"
#include "platform/linux/file_watch.hpp"

namespace guestpatch {
namespace {

using os::Descriptor;
using os::uninterrupted;

// A timer that is never due still hears of a clock that is set.
constexpr Instant far_future = std::chrono::sys_days(std::chrono::year(2200) / 1 / 1);

/// Blocked in this thread and all that come after it, and never let through again: what comes late would kill us.
Descriptor block_signals() {
    sigset_t set{};
    ::sigemptyset(&set);
    for (const int number : {SIGTERM, SIGINT, SIGHUP}) ::sigaddset(&set, number);
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
    return Descriptor(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

timespec to_timespec(std::chrono::nanoseconds time) {
    const auto whole = std::chrono::floor<seconds>(time);
    return {.tv_sec = whole.count(), .tv_nsec = (time - whole).count()};
}

/// The kernel wakes us for what we asked for and for nothing else.
class LinuxWaiter final : public Waiter {
  public:
    explicit LinuxWaiter(const std::vector<Path>& watched) : files_(watched) {}

    Wake wait(std::optional<Instant> wall, std::optional<milliseconds> at_most) override {
        Wake wake{.stop = stopped_, .changed = files_.look_for_lost_folders(), .clock_set = !set_wall_limit(wall)};
        set_limit(at_most);
        // What is there already is taken in the same look.
        bool over = wake != Wake{};
        while (true) {
            const bool limit_passed = look(wake, over);
            if (limit_passed || wake != Wake{}) break;
        }
        stopped_ = wake.stop;
        return wake;
    }

    void poke() override {
        const std::uint64_t one = 1;
        uninterrupted([&] { return ::write(poke_.get(), &one, sizeof one); });
    }

  private:
    /// Waits for what comes next, unless there is no time for it, and notes it; true when a limit has passed.
    bool look(Wake& wake, bool at_once) {
        std::array<pollfd, 5> waiting{};
        std::ranges::transform(std::array{signals_.get(), poke_.get(), wall_timer_.get(), timer_.get(), files_.fd()},
                               waiting.begin(), [](int fd) { return pollfd{fd, POLLIN, 0}; });
        uninterrupted([&] { return ::poll(waiting.data(), waiting.size(), at_once ? 0 : -1); });
        take_signals(wake);
        wake.poked |= take_number(poke_);
        wake.changed |= files_.take_changes();
        bool passed = at_once | take_number(timer_);
        if (take_number(wall_timer_)) passed = true;
        else if (errno == ECANCELED) wake.clock_set = true;
        return passed;
    }

    void take_signals(Wake& wake) {
        signalfd_siginfo info{};
        while (uninterrupted([&] { return ::read(signals_.get(), &info, sizeof info); }) == sizeof info) {
            if (info.ssi_signo == SIGHUP) wake.reload = true;
            else wake.stop = true;
        }
    }

    /// Whether there was one; errno says why not.
    static bool take_number(const Descriptor& from) {
        std::uint64_t number = 0;
        return uninterrupted([&] { return ::read(from.get(), &number, sizeof number); }) == sizeof number;
    }

    /// False when the clock was set since the last time.
    bool set_wall_limit(std::optional<Instant> wall) {
        const Instant when = std::clamp(wall.value_or(far_future), Instant(seconds(1)), far_future);
        const itimerspec due{.it_interval = {}, .it_value = to_timespec(when.time_since_epoch())};
        return ::timerfd_settime(wall_timer_.get(), TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &due, nullptr) == 0 ||
               errno != ECANCELED;
    }

    void set_limit(std::optional<milliseconds> at_most) {
        itimerspec due{};  // which is never
        if (at_most) {
            constexpr milliseconds longest = std::chrono::hours(24 * 365 * 100);
            const std::chrono::nanoseconds time = std::clamp(*at_most, milliseconds::zero(), longest);
            due.it_value = to_timespec(std::max(time, std::chrono::nanoseconds(1)));
        }
        ::timerfd_settime(timer_.get(), 0, &due, nullptr);
    }

    Descriptor signals_ = block_signals();
    Descriptor poke_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    Descriptor wall_timer_{::timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK)};
    Descriptor timer_{::timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK)};
    os::FileWatch files_;
    bool stopped_ = false;
};

}  // namespace

std::unique_ptr<Waiter> make_waiter(const std::vector<Path>& watched) { return std::make_unique<LinuxWaiter>(watched); }

}  // namespace guestpatch
