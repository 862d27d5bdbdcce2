#include "platform/lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "platform/base/text.hpp"
#include "platform/linux/descriptor.hpp"
#include "platform/linux/folder.hpp"
#include "platform/linux/wake.hpp"

namespace guestpatch {
namespace {

using os::Descriptor;
using os::system_error;
using os::uninterrupted;

// Between two looks at a lock. Closing the file wakes us earlier, except on file systems without inotify.
constexpr milliseconds longest_wait{10'000};

struct flock whole_file(short type) {
    struct flock range {};
    range.l_type = type;
    range.l_whence = SEEK_SET;
    return range;
}

/// Asks without taking: conflicts with locks of every process, classic POSIX ones (apt's) included.
bool is_held(int fd) {
    struct flock range = whole_file(F_WRLCK);
    return ::fcntl(fd, F_OFD_GETLK, &range) == 0 && range.l_type != F_UNLCK;
}

std::string first_text(int fd) {
    std::array<char, 4096> buffer{};
    const ssize_t got = uninterrupted([&] { return ::pread(fd, buffer.data(), buffer.size(), 0); });
    return std::string(trim(std::string_view(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0)))));
}

class FileLock final : public HeldLock {
  public:
    explicit FileLock(Descriptor fd) : fd_(std::move(fd)) {}

  private:
    Descriptor fd_;  // an open-file-description lock ends with its last descriptor
};

class LinuxLocks final : public Locks {
  public:
    Result<std::unique_ptr<HeldLock>> acquire(const Path& path, std::string_view text) override {
        if (auto made = os::make_folder(path.parent_path()); !made) return made.error();
        Descriptor fd(uninterrupted([&] { return ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644); }));
        if (!fd.open()) return system_error(path.native());
        struct flock range = whole_file(F_WRLCK);
        if (::fcntl(fd.get(), F_OFD_SETLK, &range) != 0) {
            if (errno == EAGAIN || errno == EACCES) return Error{Errc::busy, first_text(fd.get())};
            return system_error(path.native());
        }
        const std::string line = std::string(text) + "\n";
        if (::ftruncate(fd.get(), 0) != 0 || ::fchmod(fd.get(), 0644) != 0 ||
            ::pwrite(fd.get(), line.data(), line.size(), 0) != static_cast<ssize_t>(line.size())) {
            return system_error(path.native());
        }
        return std::unique_ptr<HeldLock>(std::make_unique<FileLock>(std::move(fd)));
    }

    Result<std::optional<std::string>> holder(const Path& path) override {
        const Descriptor fd(uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); }));
        if (!fd.open()) {
            if (errno == ENOENT || errno == ENOTDIR) return std::optional<std::string>();
            return system_error(path.native());
        }
        if (!is_held(fd.get())) return std::optional<std::string>();
        return std::optional<std::string>(first_text(fd.get()));
    }

    std::string owner(const Path& path) override {
        const Descriptor fd(uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); }));
        struct flock range = whole_file(F_WRLCK);
        // Classic locks only: those of open file descriptions belong to no process.
        if (!fd.open() || ::fcntl(fd.get(), F_GETLK, &range) != 0 || range.l_type == F_UNLCK || range.l_pid <= 0) return "";
        const Descriptor name(::open(fmt::format("/proc/{}/comm", range.l_pid).c_str(), O_RDONLY | O_CLOEXEC));
        return fmt::format("process {} ({})", range.l_pid, name.open() ? first_text(name.get()) : "gone");
    }

    Result<void> wait_until_free(const Path& path, milliseconds at_most, std::stop_token stop) override {
        const Descriptor fd(uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); }));
        if (!fd.open()) return errno == ENOENT ? Result<void>() : system_error(path.native());
        const Descriptor watch(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
        if (!watch.open() || ::inotify_add_watch(watch.get(), path.c_str(), IN_CLOSE | IN_DELETE_SELF) < 0) {
            return system_error(path.native());
        }
        const os::StopWake wake(stop);
        const auto end = std::chrono::steady_clock::now() + at_most;
        milliseconds look_again = longest_wait;
        while (is_held(fd.get())) {
            const auto left = std::chrono::ceil<milliseconds>(end - std::chrono::steady_clock::now());
            if (left <= milliseconds::zero()) {
                return Error{Errc::timed_out, fmt::format("{} is still locked after {} s", path.native(),
                                                          std::chrono::floor<seconds>(at_most).count())};
            }
            std::array<pollfd, 2> waiting{pollfd{watch.get(), POLLIN, 0}, pollfd{wake.fd(), POLLIN, 0}};
            const int patience = static_cast<int>(std::min(left, look_again).count());
            uninterrupted([&] { return ::poll(waiting.data(), waiting.size(), patience); });
            if (stop.stop_requested()) return Error{Errc::cancelled, "stopped while waiting for " + path.native()};
            // The kernel tells of a close just before it drops the lock: look again soon, then ever later.
            look_again = (waiting[0].revents & POLLIN) != 0 ? milliseconds(1) : std::min(look_again * 2, longest_wait);
            std::array<char, 4096> events{};
            while (::read(watch.get(), events.data(), events.size()) > 0) {
            }
        }
        return {};
    }
};

}  // namespace

std::unique_ptr<Locks> make_locks() { return std::make_unique<LinuxLocks>(); }

}  // namespace guestpatch
