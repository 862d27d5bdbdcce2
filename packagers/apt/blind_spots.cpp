#include "packagers/apt/blind_spots.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "platform/base/text.hpp"

namespace guestpatch::apt {

std::optional<BlindSpot> whole_failure(const Result<Completion>& completion, const UpdateFailures& failures) {
    const auto spot = [](BlindSpotCode code, std::string why) {
        return BlindSpot{"apt-get update", code, std::move(why), true};
    };
    if (!completion) return spot(BlindSpotCode::refresh_failed, completion.error().message);
    if (failures.lists_locked) return spot(BlindSpotCode::lock_held, failures.lock_holder);
    if (!failures.first_error.empty()) return spot(BlindSpotCode::refresh_failed, failures.first_error);
    if (!completion->exited_with(0) && failures.sources.empty())
        return spot(BlindSpotCode::refresh_failed, describe(*completion));
    return std::nullopt;
}

void note_broken_packages(Sight& sight, const InstalledPackages& installed) {
    std::vector<std::string> names;
    for (const auto& [name, package] : installed) {
        if (package.state == PackageState::sound) continue;
        names.push_back(name);
        sight.repair_needed = sight.repair_needed || package.half_done();
    }
    if (names.empty()) return;
    sight.blind_spots.push_back(
        {"dpkg", BlindSpotCode::packages_broken,
         fmt::format("not fully installed: {}; `dpkg --configure -a` would finish them", join(names))});
}

void note_missing_sources(Sight& sight, const Lists& lists) {
    if (lists.by_description.empty()) {
        sight.blind_spots.push_back(
            {"apt", BlindSpotCode::no_sources, "no package source is configured in /etc/apt", true});
        return;
    }
    const bool security =
        std::ranges::any_of(lists.by_description, [](const auto& entry) { return entry.second.security; });
    if (security) return;
    sight.blind_spots.push_back(
        {"apt", BlindSpotCode::no_security_source,
         "none of the configured sources is a security pocket; packageManager.securityOrigins names further ones",
         true});
}

}  // namespace guestpatch::apt
