// dpkg's database as deb822 text: /var/lib/dpkg/status and the journal in /var/lib/dpkg/updates. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace guestpatch::apt {

/// A package dpkg knows and has not wholly forgotten.
struct InstalledPackage {
    std::string name;  ///< as apt prints it: with ":architecture" where that is not the machine's own
    std::string version;
    std::string architecture;
    bool held = false;
    bool sound = true;  ///< false: unpacked, half installed, half configured or waiting for triggers

    friend bool operator==(const InstalledPackage&, const InstalledPackage&) = default;
};

/// Everything installed, by name. `texts` in dpkg's order: the status file, then its updates, each newer
/// stanza replacing the older one. Removed packages (only configuration left) are not in it.
[[nodiscard]] std::map<std::string, InstalledPackage, std::less<>> parse_dpkg_status(
    const std::vector<std::string>& texts);

}  // namespace guestpatch::apt
