// Time zones the configuration speaks of and this machine does not know.
#pragma once

#include <vector>

#include "agent/config/merged.hpp"
#include "agent/config/settings.hpp"
#include "platform/time_zone.hpp"

namespace guestpatch {

/// A fault at every place whose zone cannot be read: no window could ever open there. `settings` are those of `merged`,
/// which is `fragments` laid over each other.
[[nodiscard]] std::vector<ConfigFault> find_zone_faults(const Merged& merged, const std::vector<Fragment>& fragments,
                                                        const Settings& settings, TimeZones& zones);

}  // namespace guestpatch
