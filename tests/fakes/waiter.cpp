#include "tests/fakes/waiter.hpp"

#include <algorithm>
#include <utility>

namespace guestpatch {
namespace {

constexpr Instant the_end = std::chrono::sys_days(std::chrono::year(2200) / 1 / 1);

}  // namespace

void FakeWaiter::happens(Instant when, Wake wake, std::function<void()> action) {
    const BootTime due = clocks_.boot() + (when - clocks_.wall());
    const auto at = std::ranges::upper_bound(script_, due, {}, &Happening::when);
    script_.insert(at, {due, wake, std::move(action)});
}

Wake FakeWaiter::wait(std::optional<Instant> wall, std::optional<milliseconds> at_most) {
    asked.push_back({clocks_.wall(), wall, at_most});
    const BootTime start = clocks_.boot();
    while (true) {
        if (const Wake wake = take_what_is_due(); wake != Wake{}) return wake;
        if (somebody_works && somebody_works()) {
            std::unique_lock held(mutex_);
            poke_came_.wait(held, [this] { return poked_; });
            continue;
        }
        std::optional<milliseconds> next = time_to_next();
        const auto sooner = [&next](milliseconds left) { next = std::min(next.value_or(left), left); };
        if (wall) sooner(std::clamp(*wall, Instant{}, the_end) - clocks_.wall());
        if (at_most) sooner(std::max(*at_most, milliseconds::zero()) - (clocks_.boot() - start));
        if (!next) {
            forever = stopped_ = true;
            return {.stop = true};
        }
        if (*next <= milliseconds::zero()) return {};
        clocks_.tick(*next);
    }
}

void FakeWaiter::poke() {
    const std::scoped_lock held(mutex_);
    poked_ = true;
    poke_came_.notify_all();
}

Wake FakeWaiter::take_what_is_due() {
    Wake wake{.stop = stopped_};
    while (!script_.empty() && script_.front().when <= clocks_.boot()) {
        const Happening due = script_.front();
        script_.erase(script_.begin());
        if (due.action) due.action();
        wake.stop |= due.wake.stop;
        wake.reload |= due.wake.reload;
        wake.changed |= due.wake.changed;
        wake.clock_set |= due.wake.clock_set;
        wake.poked |= due.wake.poked;
    }
    stopped_ = wake.stop;
    const std::scoped_lock held(mutex_);
    wake.poked |= std::exchange(poked_, false);
    return wake;
}

std::optional<milliseconds> FakeWaiter::time_to_next() const {
    if (script_.empty()) return std::nullopt;
    return script_.front().when - clocks_.boot();
}

}  // namespace guestpatch
