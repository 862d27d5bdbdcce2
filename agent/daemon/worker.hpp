// The daemon's workers: a thread for one piece of work, gone when idle.
#pragma once

#include <functional>
#include <future>
#include <optional>
#include <thread>

#include "platform/base/time.hpp"
#include "platform/waiter.hpp"

namespace guestpatch {

/// For the loop's thread. Nothing is shared with the worker's but how the work ended.
template <class End>
class Worker {
  public:
    explicit Worker(Waiter& waiter) : waiter_(waiter) {}

    /// Runs `work` on a thread of its own and pokes the loop when it has ended. Only when !busy().
    void start(std::function<End(std::stop_token)> work) {
        std::promise<End> promise;
        end_ = promise.get_future();
        thread_ = std::jthread([&waiter = waiter_, work = std::move(work), promise = std::move(promise)](const std::stop_token& stop) mutable {
            promise.set_value(work(stop));
            waiter.poke();
        });
    }

    [[nodiscard]] bool busy() const { return end_.valid(); }
    void request_stop() { thread_.request_stop(); }

    /// Waits for the end of the work, at most that long; a limit that is absent never passes.
    void await(std::optional<milliseconds> at_most) const {
        if (!busy()) return;
        if (at_most) {
            end_.wait_for(*at_most);
        } else {
            end_.wait();
        }
    }

    /// What came of the work, once, when it has ended since the last call.
    std::optional<End> collect() {
        if (!busy() || end_.wait_for(milliseconds(0)) != std::future_status::ready) return std::nullopt;
        thread_.join();
        return end_.get();
    }

  private:
    Waiter& waiter_;
    std::future<End> end_;
    std::jthread thread_;
};

}  // namespace guestpatch
