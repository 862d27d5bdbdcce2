// Waking a poll() when one of a few files changes. For this folder only.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "platform/files.hpp"
#include "platform/linux/descriptor.hpp"

namespace guestpatch::os {

/// Watches the folders, so that files may come, go and be replaced. Its descriptor becomes readable for whatever
/// happens there; what does not concern these files is dropped by take_changes().
class FileWatch {
  public:
    explicit FileWatch(const std::vector<Path>& files);

    /// -1 where the kernel has no watch for us: then no change is noticed.
    [[nodiscard]] int fd() const { return events_.get(); }

    /// Whether one of the files was written and closed, made whole, replaced or removed since the last call.
    bool take_changes();

    /// Watches folders again that had vanished and are back; true when there was one: nobody knows what happened in it.
    bool look_for_lost_folders();

  private:
    struct Folder {
        Path path;
        std::set<std::string> names;
        int watch = -1;  ///< lost while it does not exist
    };
    void watch(Folder& folder);
    bool concerns_us(int watch, unsigned mask, const char* name);

    Descriptor events_;
    std::vector<Folder> folders_;
};

}  // namespace guestpatch::os
