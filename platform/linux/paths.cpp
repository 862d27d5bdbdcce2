#include "platform/paths.hpp"

#include <system_error>

namespace guestpatch {
namespace {

/// The package's; out of a build tree the one that was built with us.
Path find_courier() {
    Path installed = "/usr/lib/guestpatch/guestpatch-courier";
    std::error_code failed;
    if (std::filesystem::exists(installed, failed)) return installed;
    const Path own = std::filesystem::read_symlink("/proc/self/exe", failed);
    Path beside = own.parent_path() / installed.filename();
    if (!failed && std::filesystem::exists(beside, failed)) return beside;
    return installed;
}

}  // namespace

SystemPaths system_paths() {
    return {{"/usr/lib/guestpatch/config.d", "/etc/guestpatch/config.d", "/run/guestpatch/config.d"},
            "/var/lib/guestpatch",
            "/run/guestpatch",
            "/var/cache/guestpatch",
            find_courier(),
            "guestpatch-courier"};
}

}  // namespace guestpatch
