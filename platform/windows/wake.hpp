// Waking a WaitForMultipleObjects() when a stop is requested. For this folder only.
#pragma once

#include <functional>
#include <stop_token>

#include "platform/windows/handle.hpp"

namespace guestpatch::os {

/// Its event becomes signalled when the token's stop is requested, also when that was before.
class StopWake {
  public:
    explicit StopWake(const std::stop_token& stop) : callback_(stop, [this] { ::SetEvent(event_.get()); }) {}

    [[nodiscard]] HANDLE event() const { return event_.get(); }

  private:
    Handle event_{::CreateEventW(nullptr, TRUE, FALSE, nullptr)};
    std::stop_callback<std::function<void()>> callback_;  // after event_: may run at once
};

}  // namespace guestpatch::os
