// When an operating system's security support ends. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "packagers/patch.hpp"
#include "platform/base/time.hpp"

namespace guestpatch {

/// What is known about the operating system and its support.
struct SupportFacts {
    const std::map<std::string, std::string>& os_release;
    std::string_view distro_info;  ///< the distro-info-data table of this distribution; empty when not installed
    bool extended = false;         ///< extended maintenance is in use (Ubuntu Pro)
    std::string_view configured;   ///< compliance.supportEnd: a day that overrides everything; empty when not set
};

/// The file of distro-info-data that describes this distribution: "debian.csv", "ubuntu.csv", or nothing.
[[nodiscard]] std::string_view distro_info_file(const std::map<std::string, std::string>& os_release);

/// The first instant without support; nothing when nobody says. In order: configured, os-release
/// SUPPORT_END, distro-info-data, our own table. Debian's LTS counts as support: it is free and arrives
/// through the same security pocket.
[[nodiscard]] std::optional<Instant> support_end(const SupportFacts& facts);

/// OS_END_OF_SUPPORT once that instant has passed.
[[nodiscard]] std::optional<BlindSpot> support_blind_spot(const std::optional<Instant>& end, std::string_view os_name,
                                                          Instant now);

}  // namespace guestpatch
