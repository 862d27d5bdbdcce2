// Native updates that are the same whatever package manager lies below them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "packagers/native_switch.hpp"

namespace guestpatch {

/// PackageKit, dnf-automatic, dnf5's automatic, yum-cron, YaST online update; also those this machine does not have.
[[nodiscard]] std::vector<NativeParts> portable_native_updates();

/// `content` with every assignment that turns `key` on ("key = yes") saying `off` instead, all other bytes as they are;
/// nothing when none does. Pure.
[[nodiscard]] std::optional<std::string> switch_setting_off(std::string_view content, std::string_view key,
                                                            std::string_view off);

/// Where an update waits that the next boot would install instead of starting up (systemd.offline-updates(7)): the name
/// of the link. An absolute path; nothing: none waits.
[[nodiscard]] std::optional<std::string> prepared_offline_update(Files& files);

}  // namespace guestpatch
