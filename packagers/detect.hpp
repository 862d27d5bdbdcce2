// Which package manager this machine has.
#pragma once

#include <memory>
#include <string>

#include "packagers/package_manager.hpp"
#include "platform/base/result.hpp"
#include "platform/seams.hpp"

namespace guestpatch {

/// A package manager and the facts about it that belong to no verb.
struct Detected {
    std::string name;          ///< "apt"
    std::string patch_service; ///< as Azure's PatchServiceUsed spells it: "APT"
    bool knows_publish_dates;  ///< whether a publish-date ceiling can be honoured
    std::unique_ptr<PackageManager> manager;
};

/// Picks by os-release and by what is installed; `wanted` (from --package-manager) overrides.
/// Errc::invalid for a name we do not know, Errc::not_found when this machine has none we can drive.
Result<Detected> detect_package_manager(Seams seams, const std::string& wanted, const PackageManagerSettings& settings);

}  // namespace guestpatch
