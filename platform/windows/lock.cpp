#include "platform/lock.hpp"

#include <windows.h>

#include <fmt/format.h>

#include <array>

#include "platform/base/text.hpp"
#include "platform/windows/access.hpp"
#include "platform/windows/handle.hpp"
#include "platform/windows/utf.hpp"
#include "platform/windows/wake.hpp"

namespace guestpatch {
namespace {

using os::Handle;
using os::system_error;
using os::utf8;

constexpr DWORD share_all = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
constexpr milliseconds poll_interval{100};

/// The bytes that stand for the lock, so far behind the text that they keep nobody from reading it.
/// Windows cannot ask about a lock without trying to take it, so there are two: holders take `ownership`
/// first, which nobody else ever touches, and then `presence`, which those who ask share for a moment.
enum class Byte : DWORD { ownership = 0, presence = 1 };

OVERLAPPED place(Byte byte) {
    OVERLAPPED at{};
    at.Offset = static_cast<DWORD>(byte);
    at.OffsetHigh = 0x40000000;
    return at;
}

bool take(HANDLE file, Byte byte, DWORD mode) {
    OVERLAPPED at = place(byte);
    return ::LockFileEx(file, mode | LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &at) != 0;
}

void release(HANDLE file, Byte byte) {
    OVERLAPPED at = place(byte);
    ::UnlockFileEx(file, 0, 1, 0, &at);
}

bool is_held(HANDLE file) {
    if (!take(file, Byte::presence, 0)) return ::GetLastError() == ERROR_LOCK_VIOLATION;
    release(file, Byte::presence);
    return false;
}

/// Those who ask are gone in no time; whoever stays is not asking.
bool take_presence(HANDLE file) {
    for (int attempt = 1; attempt <= 100; ++attempt) {
        if (take(file, Byte::presence, LOCKFILE_EXCLUSIVE_LOCK)) return true;
        ::Sleep(10);
    }
    return false;
}

std::string first_text(HANDLE file) {
    std::array<char, 4096> buffer{};
    OVERLAPPED at{};
    DWORD got = 0;
    ::ReadFile(file, buffer.data(), static_cast<DWORD>(buffer.size()), &got, &at);
    return std::string(trim(std::string_view(buffer.data(), got)));
}

bool write_text(HANDLE file, std::string_view text) {
    const std::string line = std::string(text) + "\n";
    DWORD written = 0;
    return ::SetEndOfFile(file) != 0 &&
           ::WriteFile(file, line.data(), static_cast<DWORD>(line.size()), &written, nullptr) != 0;
}

Handle open_for_reading(const Path& path) {
    return Handle(::CreateFileW(path.c_str(), GENERIC_READ, share_all, nullptr, OPEN_EXISTING, 0, nullptr));
}

class FileLock final : public HeldLock {
  public:
    explicit FileLock(Handle file) : file_(std::move(file)) {}
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;
    /// Closing alone would do, but Windows does not promise how soon.
    ~FileLock() override {
        release(file_.get(), Byte::presence);
        release(file_.get(), Byte::ownership);
    }

  private:
    Handle file_;
};

class WindowsLocks final : public Locks {
  public:
    Result<std::unique_ptr<HeldLock>> acquire(const Path& path, std::string_view text) override {
        if (auto made = os::make_folder(path.parent_path()); !made) return made.error();
        os::Access access = os::Access::file(Readers::everyone);
        Handle file(::CreateFileW(path.c_str(), GENERIC_READ | GENERIC_WRITE, share_all, access.attributes(),
                                  OPEN_ALWAYS, 0, nullptr));
        if (!file.open()) return system_error(utf8(path.native()));
        if (!take(file.get(), Byte::ownership, LOCKFILE_EXCLUSIVE_LOCK)) {
            const DWORD error = ::GetLastError();
            if (error == ERROR_LOCK_VIOLATION) return Error{Errc::busy, first_text(file.get())};
            return system_error(utf8(path.native()), error);
        }
        const HANDLE held = file.get();
        std::unique_ptr<HeldLock> lock = std::make_unique<FileLock>(std::move(file));
        if (!take_presence(held)) return Error{Errc::busy, "somebody keeps asking who holds it"};
        if (!write_text(held, text)) return system_error(utf8(path.native()));
        return lock;
    }

    Result<std::optional<std::string>> holder(const Path& path) override {
        const Handle file = open_for_reading(path);
        if (!file.open()) {
            const Error error = system_error(utf8(path.native()));
            if (error.code == Errc::not_found) return std::optional<std::string>();
            return error;
        }
        if (!is_held(file.get())) return std::optional<std::string>();
        return std::optional<std::string>(first_text(file.get()));
    }

    /// Polls, against the interface's wish: Windows would wake a pending LockFileEx, but Wine never does,
    /// and what no test can run is not worth a tenth of a second.
    std::string owner(const Path&) override { return ""; }  // Windows does not tell

    Result<void> wait_until_free(const Path& path, milliseconds at_most, std::stop_token stop) override {
        const Handle file = open_for_reading(path);
        if (!file.open()) {
            Error error = system_error(utf8(path.native()));
            return error.code == Errc::not_found ? Result<void>() : Result<void>(std::move(error));
        }
        const os::StopWake wake(stop);
        const auto end = std::chrono::steady_clock::now() + at_most;
        while (is_held(file.get())) {
            const auto left = std::chrono::ceil<milliseconds>(end - std::chrono::steady_clock::now());
            if (left <= milliseconds::zero()) {
                return Error{Errc::timed_out, fmt::format("{} is still locked after {} s", utf8(path.native()),
                                                          std::chrono::floor<seconds>(at_most).count())};
            }
            ::WaitForSingleObject(wake.event(), static_cast<DWORD>(std::min(left, poll_interval).count()));
            if (stop.stop_requested()) {
                return Error{Errc::cancelled, "stopped while waiting for " + utf8(path.native())};
            }
        }
        return {};
    }
};

}  // namespace

std::unique_ptr<Locks> make_locks() {
    return std::make_unique<WindowsLocks>();
}

}  // namespace guestpatch
