// Owning file descriptors and turning errno into Errors. For this folder only.
#pragma once

#include <errno.h>
#include <unistd.h>

#include <string_view>
#include <utility>

#include "platform/base/result.hpp"

namespace guestpatch::os {

/// A file descriptor that is closed when its owner goes.
class Descriptor {
  public:
    Descriptor() = default;
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() { reset(); }

    [[nodiscard]] int get() const { return fd_; }
    [[nodiscard]] bool open() const { return fd_ >= 0; }
    void reset() {
        if (fd_ >= 0) ::close(fd_);
        fd_ = -1;
    }

  private:
    int fd_ = -1;
};

/// "doing: No space left on device", with the code callers act on.
Error system_error(std::string_view doing, int number = errno);

/// Repeats a system call that a signal interrupted.
template <class Call>
auto uninterrupted(Call&& call) {
    auto outcome = call();
    while (outcome < 0 && errno == EINTR) outcome = call();
    return outcome;
}

}  // namespace guestpatch::os
