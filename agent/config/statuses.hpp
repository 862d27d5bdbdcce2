// What became of what the host asked for, as far as the configuration decides it. Pure.
#pragma once

#include <vector>

#include "agent/config/load.hpp"
#include "agent/domain/patch_status.hpp"

namespace guestpatch {

/// "Configuration/Overridden" for each setting the administrator decided otherwise, "Schedule/PrerequisitesNotMet" where
/// the host's windows may not be used. `since`: when the goal state came.
[[nodiscard]] std::vector<InstanceViewStatus> configuration_statuses(const Configuration& configuration, Instant since);

}  // namespace guestpatch
