// Debian's and Ubuntu's package manager, through its own command line.
#pragma once

#include <memory>

#include "packagers/package_manager.hpp"
#include "platform/seams.hpp"

namespace guestpatch::apt {

/// At most five child processes an assessment, six with a refresh; `pro` comes on top.
std::unique_ptr<PackageManager> make_apt(Seams seams, const PackageManagerSettings& settings);

}  // namespace guestpatch::apt
