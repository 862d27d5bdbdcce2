// Debian's and Ubuntu's package manager, through its own command line.
#pragma once

#include <memory>

#include "packagers/package_manager.hpp"
#include "platform/seams.hpp"

namespace guestpatch::apt {

/// At most five child processes an assessment, six with a refresh; `pro` comes on top.
std::unique_ptr<PackageManager> make_apt(Seams seams, const PackageManagerSettings& settings);

/// Whether apt can look at the archive as it was at a given time: Ubuntu's snapshot service, since apt 2.4.11.
bool knows_snapshots(Seams seams);

}  // namespace guestpatch::apt
