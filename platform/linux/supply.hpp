// Mains, batteries, and networks that cost by volume. For this folder only.
#pragma once

#include "platform/files.hpp"

namespace guestpatch::os {

/// Whether a battery of the machine runs down while no mains, charger or dock feeds it. `supplies` is the kernel's folder
/// of them (Documentation/ABI/testing/sysfs-class-power); without any, the machine has plenty.
bool on_battery(const Path& supplies);

/// What NetworkManager says about the way out, where it runs; it is not started for this question.
bool network_is_metered();

}  // namespace guestpatch::os
