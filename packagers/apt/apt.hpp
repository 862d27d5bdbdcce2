// Debian's and Ubuntu's package manager, through its own command line.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "packagers/apt/sources.hpp"
#include "packagers/package_manager.hpp"
#include "platform/seams.hpp"

namespace guestpatch::apt {

/// What the configuration decides about apt.
struct Settings {
    std::vector<OriginRule> security_origins;  ///< besides the distribution's own pockets
    bool allow_removals = false;               ///< an upgrade may remove an installed package
    Path private_cache;                        ///< used where the machine switches apt's binary caches off
};

/// At most five child processes an assessment, six with a refresh; `pro` comes on top.
std::unique_ptr<PackageManager> make_apt(Seams seams, Settings settings);

}  // namespace guestpatch::apt
