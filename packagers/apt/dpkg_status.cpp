#include "packagers/apt/dpkg_status.hpp"

#include <utility>

#include "platform/base/text.hpp"

namespace guestpatch::apt {
namespace {

struct Stanza {
    std::string_view package;
    std::string_view status;
    std::string_view version;
    std::string_view architecture;
};

/// Takes one stanza off the front; fields we do not need, and continuation lines, are passed over.
Stanza take_stanza(std::string_view& text) {
    Stanza stanza;
    const auto field = [](std::string_view line, std::string_view name, std::string_view& into) {
        if (line.starts_with(name)) into = trim(line.substr(name.size()));
    };
    while (!text.empty()) {
        const std::string_view line = take_line(text);
        if (line.empty()) break;
        switch (line.front()) {
            case 'P': field(line, "Package:", stanza.package); break;
            case 'S': field(line, "Status:", stanza.status); break;
            case 'V': field(line, "Version:", stanza.version); break;
            case 'A': field(line, "Architecture:", stanza.architecture); break;
            default: break;
        }
    }
    return stanza;
}

PackageState state_of(std::string_view flag, std::string_view status) {
    if (flag == "reinstreq") return PackageState::half_installed;
    if (status == "installed") return PackageState::sound;
    if (status.starts_with("triggers-")) return PackageState::awaiting_triggers;
    if (status == "half-configured") return PackageState::half_configured;
    if (status == "unpacked") return PackageState::unpacked;
    return PackageState::half_installed;
}

/// "hold ok installed": what is wanted, whether an error stands, what is there (dpkg-query(1)).
bool describe_state(std::string_view status, InstalledPackage& package) {
    const std::string_view wanted = take_until(status, ' ');
    const std::string_view flag = take_until(status, ' ');
    if (status == "not-installed" || status == "config-files" || status.empty()) return false;
    package.held = wanted == "hold";
    package.state = state_of(flag, status);
    return true;
}

}  // namespace

InstalledPackages parse_dpkg_status(const std::vector<std::string>& texts) {
    using Key = std::pair<std::string_view, std::string_view>;
    std::map<Key, Stanza> newest;
    for (const std::string_view whole : texts) {
        for (std::string_view text = whole; !text.empty();) {
            const Stanza stanza = take_stanza(text);
            if (!stanza.package.empty()) newest[{stanza.package, stanza.architecture}] = stanza;
        }
    }
    // dpkg is always of the machine's own architecture, and always installed.
    std::string_view native;
    for (const auto& [key, stanza] : newest) {
        if (key.first == "dpkg" && stanza.status.ends_with(" installed")) native = key.second;
    }
    InstalledPackages installed;
    for (const auto& [key, stanza] : newest) {
        InstalledPackage package{.version = std::string(stanza.version), .architecture = std::string(stanza.architecture)};
        if (!describe_state(stanza.status, package)) continue;
        const bool foreign = !native.empty() && key.second != native && key.second != "all";
        package.name = foreign ? std::string(key.first) + ":" + package.architecture : std::string(key.first);
        installed.emplace(package.name, std::move(package));
    }
    return installed;
}

}  // namespace guestpatch::apt
