#include "packagers/detect.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "packagers/apt/apt.hpp"
#include "packagers/apt/native_updates.hpp"
#include "packagers/native_units.hpp"

namespace guestpatch {
namespace {

constexpr std::array<std::string_view, 7> contract_names{"apt", "dnf", "dnf5", "yum", "zypper", "tdnf", "windows-update"};

bool has_apt(Files& files) { return files.info("/usr/bin/apt-get") && files.info("/var/lib/dpkg/status"); }

std::string describe_machine(const HostFacts& facts) {
    const auto pretty = facts.os_release.find("PRETTY_NAME");
    if (pretty != facts.os_release.end()) return pretty->second;
    return facts.os_name.empty() ? facts.os_type : facts.os_name;
}

}  // namespace

Result<Detected> detect_package_manager(Seams seams, const std::string& wanted, const PackageManagerSettings& settings) {
    if (!wanted.empty() && std::ranges::find(contract_names, wanted) == contract_names.end()) {
        return Error{Errc::invalid, fmt::format("\"{}\" is not a package manager; known are apt, dnf, dnf5, yum, zypper, "
                                                "tdnf and windows-update", wanted)};
    }
    if (!wanted.empty() && wanted != "apt") {
        return Error{Errc::not_found, fmt::format("this version of guestpatch cannot drive {} yet; it drives apt", wanted)};
    }
    if (!has_apt(seams.files)) {
        return Error{Errc::not_found,
                     fmt::format("no package manager that guestpatch can drive on this machine ({}): looked for apt "
                                 "(/usr/bin/apt-get with /var/lib/dpkg/status)", describe_machine(seams.host.facts()))};
    }
    const PublishCeiling ceiling = apt::knows_snapshots(seams) ? PublishCeiling::by_snapshot : PublishCeiling::refused;
    return Detected{"apt", "APT", ceiling, apt::make_apt(seams, settings)};
}

std::vector<std::unique_ptr<NativeUpdates>> find_native_updates(Seams seams, const Path& folder) {
    std::vector<std::unique_ptr<NativeUpdates>> all;
    if (seams.host.facts().os_type != "Linux") return all;
    all.push_back(std::make_unique<NativeSwitch>(seams, folder, apt::native_updates(seams)));
    for (NativeParts& parts : portable_native_updates()) all.push_back(std::make_unique<NativeSwitch>(seams, folder, std::move(parts)));
    return all;
}

}  // namespace guestpatch
