// dpkg's database as deb822 text: /var/lib/dpkg/status and the journal in /var/lib/dpkg/updates. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace guestpatch::apt {

/// How far dpkg has come with a package (dpkg(1)); each further one needs more to be put right.
enum class PackageState {
    sound,
    awaiting_triggers,  ///< installed; dpkg's next run does what is outstanding, and nothing waits for it
    half_configured,    ///< its script failed, or was interrupted
    unpacked,
    half_installed,     ///< files are missing or mixed: only its archive helps
};

/// A package dpkg knows and has not wholly forgotten.
struct InstalledPackage {
    std::string name;  ///< as apt prints it: with ":architecture" where that is not the machine's own
    std::string version;
    std::string architecture;
    bool held = false;
    PackageState state = PackageState::sound;

    /// As an interrupted or failed run leaves it.
    [[nodiscard]] bool half_done() const { return state >= PackageState::half_configured; }
    friend bool operator==(const InstalledPackage&, const InstalledPackage&) = default;
};

using InstalledPackages = std::map<std::string, InstalledPackage, std::less<>>;

/// Everything installed, by name. `texts` in dpkg's order: the status file, then its updates, each newer
/// stanza replacing the older one. Removed packages (only configuration left) are not in it.
[[nodiscard]] InstalledPackages parse_dpkg_status(const std::vector<std::string>& texts);

}  // namespace guestpatch::apt
