// Waiting that takes no time.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <vector>

#include "platform/waiter.hpp"
#include "tests/fakes/clocks.hpp"

namespace guestpatch {

/// Lets time jump to whatever comes first: a limit, or the next thing the test said would happen. When nothing can
/// ever happen any more it says stop, so that no test hangs. A stop stays, as it does with the real one.
class FakeWaiter final : public Waiter {
  public:
    explicit FakeWaiter(FakeClocks& clocks) : clocks_(clocks) {}

    /// At that time, by the wall clock as it is set now, somebody waiting is woken with `wake`, or told so at the
    /// next wait. `action` runs just before: it writes the file that changes, or sets the clock.
    void happens(Instant when, Wake wake, std::function<void()> action = {});

    /// While this says yes, another thread is at work: time stands still and a wait is for its poke() alone. Called
    /// on the waiting thread.
    std::function<bool()> somebody_works;

    Wake wait(std::optional<Instant> wall, std::optional<milliseconds> at_most) override;
    void poke() override;

    /// One call of wait(), and the time when it began.
    struct Asked {
        Instant now;
        std::optional<Instant> wall;
        std::optional<milliseconds> at_most;
        friend bool operator==(const Asked&, const Asked&) = default;
    };
    std::vector<Asked> asked;
    bool forever = false;  ///< a wait had no end: no limit, and nothing to come

  private:
    struct Happening {
        BootTime when;
        Wake wake;
        std::function<void()> action;
    };
    Wake take_what_is_due();
    std::optional<milliseconds> time_to_next() const;

    FakeClocks& clocks_;
    std::vector<Happening> script_;  ///< by time; of two at one time, the one announced first
    std::mutex mutex_;
    std::condition_variable poke_came_;
    bool poked_ = false;
    bool stopped_ = false;
};

}  // namespace guestpatch
