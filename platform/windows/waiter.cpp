#include "platform/waiter.hpp"

#include <windows.h>


#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <mutex>

#include "platform/clock.hpp"
#include "platform/windows/handle.hpp"

namespace guestpatch {
namespace {

using os::Handle;

// A control handler is a plain function: what it acts on can only be global.
std::mutex stopping_mutex;
HANDLE stopping = nullptr;

BOOL WINAPI on_control(DWORD event) {
    if (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT && event != CTRL_CLOSE_EVENT) return FALSE;
    {
        const std::scoped_lock held(stopping_mutex);
        if (stopping == nullptr) return FALSE;
        ::SetEvent(stopping);
    }
    // Windows ends the process once a close event counts as handled; this leaves main() the seconds it grants.
    if (event == CTRL_CLOSE_EVENT) ::Sleep(INFINITE);
    return TRUE;
}

Path folder_of(const Path& file) { return file.has_parent_path() ? file.parent_path() : Path("."); }

/// What a file looks like from outside: made, written, size; nothing when it is not there.
using Look = std::optional<std::array<std::uint64_t, 3>>;

std::uint64_t number(DWORD high, DWORD low) { return std::uint64_t{high} << 32U | low; }

/// (std::filesystem's times are whole seconds here.)
Look look_at(const Path& file) {
    WIN32_FILE_ATTRIBUTE_DATA data{};
    if (::GetFileAttributesExW(file.c_str(), GetFileExInfoStandard, &data) == 0) return std::nullopt;
    return std::array{number(data.ftCreationTime.dwHighDateTime, data.ftCreationTime.dwLowDateTime),
                      number(data.ftLastWriteTime.dwHighDateTime, data.ftLastWriteTime.dwLowDateTime),
                      number(data.nFileSizeHigh, data.nFileSizeLow)};
}

/// Tells that something happens in the folders; what it was, the looks of the files say.
class FileWatch {
  public:
    explicit FileWatch(const std::vector<Path>& files) {
        constexpr DWORD what = FILE_NOTIFY_CHANGE_FILE_NAME | FILE_NOTIFY_CHANGE_LAST_WRITE | FILE_NOTIFY_CHANGE_SIZE;
        for (const Path& file : files) {
            looks_[file] = look_at(file);
            const Path folder = folder_of(file);
            if (folders_.contains(folder) || folders_.size() == most_folders) continue;
            const HANDLE change = ::FindFirstChangeNotificationW(folder.c_str(), FALSE, what);
            if (change != INVALID_HANDLE_VALUE) folders_[folder] = change;
        }
    }
    FileWatch(const FileWatch&) = delete;
    FileWatch& operator=(const FileWatch&) = delete;
    ~FileWatch() {
        for (const auto& [folder, change] : folders_) ::FindCloseChangeNotification(change);
    }

    void add_to(std::vector<HANDLE>& handles) const {
        for (const auto& [folder, change] : folders_) handles.push_back(change);
    }

    /// Whether one of the files looks different from last time.
    bool take_changes() {
        bool changed = false;
        for (const auto& [folder, change] : folders_) {
            if (::WaitForSingleObject(change, 0) == WAIT_OBJECT_0) ::FindNextChangeNotification(change);
        }
        for (auto& [file, look] : looks_) {
            const Look now = look_at(file);
            changed |= now != look;
            look = now;
        }
        return changed;
    }

  private:
    static constexpr std::size_t most_folders = 32;  // of the 64 things one can wait for

    std::map<Path, HANDLE> folders_;
    std::map<Path, Look> looks_;
};

/// For `run` on a console. That the clock was set is not told to one: the timer of a wall limit notices, nobody else.
class WindowsWaiter final : public Waiter {
  public:
    explicit WindowsWaiter(const std::vector<Path>& watched) : files_(watched) {
        const std::scoped_lock held(stopping_mutex);
        stopping = stop_.get();
        ::SetConsoleCtrlHandler(on_control, TRUE);
    }
    WindowsWaiter(const WindowsWaiter&) = delete;
    WindowsWaiter& operator=(const WindowsWaiter&) = delete;
    ~WindowsWaiter() override {
        ::SetConsoleCtrlHandler(on_control, FALSE);
        const std::scoped_lock held(stopping_mutex);
        stopping = nullptr;
    }

    Wake wait(std::optional<Instant> wall, std::optional<milliseconds> at_most) override {
        std::vector<HANDLE> events{stop_.get(), poke_.get(), timer_.get()};
        files_.add_to(events);
        set_wall_limit(wall);
        const BootTime start = clocks_->boot();
        while (true) {
            // The stop stays signalled for ever, the poke until it has been noticed.
            const Wake wake{.stop = ::WaitForSingleObject(stop_.get(), 0) == WAIT_OBJECT_0,
                            .changed = files_.take_changes(),
                            .poked = ::WaitForSingleObject(poke_.get(), 0) == WAIT_OBJECT_0};
            const BootTime now = clocks_->boot();
            if (wake != Wake{} || (wall && clocks_->wall() >= *wall) || (at_most && now - start >= *at_most)) return wake;
            const DWORD left = at_most ? sleepable(*at_most - (now - start)) : INFINITE;
            if (::WaitForMultipleObjects(static_cast<DWORD>(events.size()), events.data(), FALSE, left) == poke_index) {
                ::SetEvent(poke_.get());  // waiting for it took it away
            }
        }
    }

    void poke() override { ::SetEvent(poke_.get()); }

  private:
    static constexpr DWORD poke_index = WAIT_OBJECT_0 + 1;

    static DWORD sleepable(milliseconds time) {
        constexpr milliseconds longest = std::chrono::hours(1);
        return static_cast<DWORD>(std::min(time, longest).count());
    }

    /// An absolute timer follows the wall clock wherever it is set.
    void set_wall_limit(std::optional<Instant> wall) {
        ::CancelWaitableTimer(timer_.get());
        if (!wall) return;
        constexpr Instant far_future = std::chrono::sys_days(std::chrono::year(2200) / 1 / 1);
        constexpr std::int64_t epoch = 11'644'473'600;  // seconds from 1601 to 1970
        constexpr std::int64_t ticks_per_second = 10'000'000;
        const auto since_epoch = std::clamp(*wall, Instant{}, far_future).time_since_epoch().count();
        LARGE_INTEGER due{};
        due.QuadPart = (since_epoch + epoch) * ticks_per_second;
        ::SetWaitableTimer(timer_.get(), &due, 0, nullptr, nullptr, FALSE);
    }

    Handle stop_{::CreateEventW(nullptr, TRUE, FALSE, nullptr)};
    Handle poke_{::CreateEventW(nullptr, FALSE, FALSE, nullptr)};
    Handle timer_{::CreateWaitableTimerW(nullptr, TRUE, nullptr)};  // stays due, should our clock lag behind it
    FileWatch files_;
    std::unique_ptr<Clocks> clocks_ = make_clocks();
};

}  // namespace

std::unique_ptr<Waiter> make_waiter(const std::vector<Path>& watched) {
    return std::make_unique<WindowsWaiter>(watched);
}

}  // namespace guestpatch
