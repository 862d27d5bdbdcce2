// Waking a poll() when something happens in a folder. For this folder only.
#pragma once

#include <sys/inotify.h>
#include <unistd.h>

#include <array>

#include "platform/files.hpp"
#include "platform/linux/descriptor.hpp"

namespace guestpatch::os {

/// Its descriptor becomes readable when a file in the folder is made or written to.
class FolderWatch {
  public:
    explicit FolderWatch(const Path& folder) : events_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
        if (::inotify_add_watch(events_.get(), folder.c_str(), IN_CREATE | IN_MODIFY) < 0) events_.reset();
    }

    /// -1 where the kernel has no watch for us: look again from time to time.
    [[nodiscard]] int fd() const { return events_.get(); }

    void drain() const {
        std::array<char, 4096> events{};
        while (::read(events_.get(), events.data(), events.size()) > 0) {
        }
    }

  private:
    Descriptor events_;
};

}  // namespace guestpatch::os
