// Waking a poll() when a stop is requested. For this folder only.
#pragma once

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <functional>
#include <stop_token>

#include "platform/linux/descriptor.hpp"

namespace guestpatch::os {

/// Its descriptor becomes readable when the token's stop is requested, also when that was before.
class StopWake {
  public:
    explicit StopWake(const std::stop_token& stop) : callback_(stop, [this] { raise(); }) {}

    [[nodiscard]] int fd() const { return event_.get(); }

  private:
    void raise() const {
        const std::uint64_t one = 1;
        uninterrupted([&] { return ::write(event_.get(), &one, sizeof one); });
    }

    Descriptor event_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    std::stop_callback<std::function<void()>> callback_;  // after event_: may run at once
};

}  // namespace guestpatch::os
