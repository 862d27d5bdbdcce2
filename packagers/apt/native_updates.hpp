// apt's own automatic updates: its daily timers and unattended-upgrades.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "packagers/native_switch.hpp"

namespace guestpatch::apt {

/// Sorts after every name a package or a person is likely to give; /etc/apt/apt.conf is read later still.
inline constexpr std::string_view native_drop_in = "/etc/apt/apt.conf.d/zzzz-guestpatch";

[[nodiscard]] NativeParts native_updates(Seams seams);

/// Of `apt-config dump`: which of our settings do not hold, as 'APT::Periodic::Enable is "1"'. Pure.
[[nodiscard]] std::vector<std::string> find_lost_settings(std::string_view dump);

}  // namespace guestpatch::apt
