#include "platform/linux/file_watch.hpp"

#include <sys/inotify.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace guestpatch::os {
namespace {

constexpr unsigned of_files = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO;
constexpr unsigned of_folder = IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK;

Path folder_of(const Path& file) { return file.has_parent_path() ? file.parent_path() : Path("."); }

/// A file that somebody has just made is empty, and will be heard of again when it is closed. Links are whole at once.
bool still_to_be_written(const Path& file) {
    struct stat status{};
    return ::lstat(file.c_str(), &status) == 0 && S_ISREG(status.st_mode) && status.st_nlink == 1;
}

}  // namespace

FileWatch::FileWatch(const std::vector<Path>& files) {
    if (files.empty()) return;
    events_ = Descriptor(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    for (const Path& file : files) {
        auto folder = std::ranges::find(folders_, folder_of(file), &Folder::path);
        if (folder == folders_.end()) folder = folders_.insert(folder, {.path = folder_of(file), .names = {}});
        folder->names.insert(file.filename().native());
    }
    for (Folder& folder : folders_) watch(folder);
}

bool FileWatch::take_changes() {
    bool changed = false;
    alignas(inotify_event) std::array<char, 16384> buffer{};
    ssize_t got = 0;
    while ((got = uninterrupted([&] { return ::read(events_.get(), buffer.data(), buffer.size()); })) > 0) {
        for (std::size_t at = 0; at + sizeof(inotify_event) <= static_cast<std::size_t>(got);) {
            inotify_event event{};
            std::memcpy(&event, buffer.data() + at, sizeof event);
            const char* name = event.len > 0 ? buffer.data() + at + sizeof event : "";
            changed |= concerns_us(event.wd, event.mask, name);
            at += sizeof event + event.len;
        }
    }
    return changed;
}

bool FileWatch::look_for_lost_folders() {
    bool found = false;
    for (Folder& folder : folders_) {
        if (folder.watch >= 0) continue;
        watch(folder);
        found |= folder.watch >= 0;
    }
    return found;
}

void FileWatch::watch(Folder& folder) {
    folder.watch = ::inotify_add_watch(events_.get(), folder.path.c_str(), of_files | of_folder);
}

bool FileWatch::concerns_us(int watch, unsigned mask, const char* name) {
    if ((mask & IN_Q_OVERFLOW) != 0) return true;  // there was too much to tell
    const auto folder = std::ranges::find(folders_, watch, &Folder::watch);
    if (folder == folders_.end()) return false;
    if ((mask & IN_MOVE_SELF) != 0) ::inotify_rm_watch(events_.get(), watch);  // it is another folder now
    if ((mask & (IN_MOVE_SELF | IN_IGNORED)) != 0) {
        folder->watch = -1;
        return true;
    }
    if (!folder->names.contains(name)) return false;
    return (mask & IN_CREATE) == 0 || !still_to_be_written(folder->path / name);
}

}  // namespace guestpatch::os
