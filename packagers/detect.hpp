// Which package manager this machine has.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "packagers/native_updates.hpp"
#include "packagers/package_manager.hpp"
#include "platform/base/result.hpp"
#include "platform/seams.hpp"

namespace guestpatch {

/// How "nothing published later than T" can be honoured here.
enum class PublishCeiling {
    refused,      ///< nobody says when a version was published
    by_dates,     ///< each patch says when
    by_snapshot,  ///< by looking at the repositories as they were then (PackageManagerSettings::snapshot)
};

/// A package manager and the facts about it that belong to no verb.
struct Detected {
    std::string name;          ///< "apt"
    std::string patch_service; ///< as Azure's PatchServiceUsed spells it: "APT"
    PublishCeiling publish_ceiling;
    std::unique_ptr<PackageManager> manager;
};

/// Picks by os-release and by what is installed; `wanted` (from --package-manager) overrides.
/// Errc::invalid for a name we do not know, Errc::not_found when this machine has none we can drive.
Result<Detected> detect_package_manager(Seams seams, const std::string& wanted, const PackageManagerSettings& settings);

/// Everything that may update this machine without us, whatever its package manager. `folder` keeps how it was found.
std::vector<std::unique_ptr<NativeUpdates>> find_native_updates(Seams seams, const Path& folder);

}  // namespace guestpatch
