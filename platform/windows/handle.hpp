// Owning kernel handles and turning Win32 error codes into Errors. For this folder only.
#pragma once

#include <windows.h>

#include <string_view>
#include <utility>

#include "platform/base/result.hpp"

namespace guestpatch::os {

/// A kernel handle that is closed when its owner goes.
class Handle {
  public:
    Handle() = default;
    explicit Handle(HANDLE handle) : handle_(handle == INVALID_HANDLE_VALUE ? nullptr : handle) {}
    Handle(Handle&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    Handle& operator=(Handle&& other) noexcept {
        std::swap(handle_, other.handle_);
        return *this;
    }
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    ~Handle() { reset(); }

    [[nodiscard]] HANDLE get() const { return handle_; }
    [[nodiscard]] bool open() const { return handle_ != nullptr; }
    void reset() {
        if (handle_ != nullptr) ::CloseHandle(handle_);
        handle_ = nullptr;
    }

  private:
    HANDLE handle_ = nullptr;
};

/// "doing: There is not enough space on the disk", with the code callers act on.
Error system_error(std::string_view doing, DWORD number = ::GetLastError());

}  // namespace guestpatch::os
