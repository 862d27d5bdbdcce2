#include "platform/paths.hpp"

namespace guestpatch {

SystemPaths system_paths() {
    return {{"/usr/lib/guestpatch/config.d", "/etc/guestpatch/config.d", "/run/guestpatch/config.d"},
            "/var/lib/guestpatch",
            "/run/guestpatch",
            "/var/cache/guestpatch"};
}

}  // namespace guestpatch
