// From what apt and dpkg said to patches with classifications and reasons. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "packagers/apt/dpkg_status.hpp"
#include "packagers/apt/lists.hpp"
#include "packagers/apt/plan_output.hpp"
#include "packagers/apt/policy_output.hpp"
#include "packagers/patch.hpp"

namespace guestpatch::apt {

/// Everything one assessment asked, still in apt's words.
struct Answers {
    const InstalledPackages& installed;
    const UpgradePlan* plan;                  ///< of dist-upgrade; nullptr: the resolver gave up
    const UpgradePlan* plan_without_removals; ///< of upgrade --with-new-pkgs; nullptr: not asked, nothing may be removed
    const std::vector<PackagePolicy>& policies;
    const Lists& lists;
};

/// Every pending patch, sorted by name.
[[nodiscard]] std::vector<Patch> assemble_patches(const Answers& answers);

}  // namespace guestpatch::apt
