#include "platform/linux/folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/linux/descriptor.hpp"

namespace guestpatch::os {
namespace {

constexpr mode_t open_to_readers = 0755;

Path parent_of(const Path& folder) {
    return folder.has_parent_path() ? folder.parent_path() : Path(".");
}

}  // namespace

Result<void> sync_folder(const Path& folder) {
    const Descriptor fd(uninterrupted([&] { return ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
    if (!fd.open()) return system_error(folder.native());
    if (::fsync(fd.get()) != 0) return system_error(folder.native());
    return {};
}

Result<void> make_folder(const Path& folder) {
    if (folder.empty() || ::access(folder.c_str(), F_OK) == 0) return {};
    if (auto parent = make_folder(folder.parent_path()); !parent) return parent;
    if (::mkdir(folder.c_str(), open_to_readers) != 0) {
        if (errno != EEXIST) return system_error(folder.native());
    } else if (::chmod(folder.c_str(), open_to_readers) != 0) {  // the umask may have taken something away
        return system_error(folder.native());
    }
    return sync_folder(parent_of(folder));
}

}  // namespace guestpatch::os
