// Patches by the handful.
#pragma once

#include <string>
#include <vector>

#include "packagers/patch.hpp"

namespace guestpatch {

/// A pending upgrade from 1.0 to 1.1.
inline Patch upgrade(const std::string& name, Classification classification = Classification::security) {
    return {.id = {name, "1.1"},
            .architecture = "all",
            .installed_version = "1.0",
            .classification = classification,
            .source = "Debian-Security:12/stable-security"};
}

/// "p000", "p001", ...
inline std::vector<Patch> upgrades(std::size_t number) {
    std::vector<Patch> patches;
    for (std::size_t i = 0; i < number; ++i) {
        const std::string digits = std::to_string(1000 + i);
        patches.push_back(upgrade("p" + digits.substr(1)));
    }
    return patches;
}

}  // namespace guestpatch
