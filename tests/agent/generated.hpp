// Assessments no machine ever had, for round trips and for weighing.
#pragma once

#include <random>

#include "agent/domain/assessment.hpp"

namespace guestpatch {

/// The same for the same seed. Every enumerator, optional and awkward character turns up.
inline Assessment generated_assessment(unsigned seed, std::size_t patches) {
    std::mt19937 dice(seed);
    const auto roll = [&dice](unsigned sides) { return static_cast<unsigned>(dice() % sides); };
    const auto instant = [&] { return Instant(seconds(1'700'000'000 + roll(100'000'000))); };
    const auto text = [&] {
        static constexpr std::string_view pieces[] = {"lib", "curl", "-", "\"", "\\", "é", "\n", "7.1", "+deb12u3", "~", "漢", "\t"};
        std::string made = "p";
        for (unsigned i = roll(6); i > 0; --i) made += pieces[roll(std::size(pieces))];
        return made;
    };
    Assessment made{.activity_id = "6a3f0f0e-52a1-4c7b-9d5e-0b6f2f5f9a11",
                    .status = roll(2) == 0 ? OperationStatus::succeeded : OperationStatus::completed_with_warnings,
                    .started = instant(), .modified = instant(), .duration = seconds(roll(9000)),
                    .started_by = roll(2) == 0 ? StartedBy::user : StartedBy::platform,
                    .on = {"apt", "APT", "Linux", "Debian", "12"},
                    .reboot = {roll(2) == 0, instant(), {text()}},
                    .metadata_age = seconds(roll(100'000)),
                    .compliance = {static_cast<ComplianceState>(roll(3)), instant(), {text()}}};
    for (std::size_t i = 0; i < patches; ++i) {
        Patch patch{.id = {text() + std::to_string(i), text()}, .architecture = "amd64", .installed_version = roll(5) == 0 ? "" : text(),
                    .classification = static_cast<Classification>(roll(3)), .severity = static_cast<Severity>(roll(5)),
                    .reboot = static_cast<RebootBehavior>(roll(4)), .source = text(), .download_bytes = roll(1'000'000'000)};
        if (roll(3) == 0) patch.advisories = {text(), text()};
        if (roll(3) == 0) patch.cves = {"CVE-2026-0001"};
        if (roll(3) == 0) patch.published = instant();
        if (roll(3) == 0) patch.held_back = static_cast<HeldBack>(roll(5));
        if (roll(2) == 0) patch.reason = static_cast<Reason>(roll(22));
        if (roll(9) != 0) patch.first_seen = instant();
        made.patches.push_back(std::move(patch));
    }
    if (roll(2) == 0) made.blind_spots = {{text(), static_cast<BlindSpotCode>(roll(13)), text(), roll(2) == 0}};
    if (roll(2) == 0) made.notes = {{"LISTS_REBUILT", text()}};
    return made;
}

}  // namespace guestpatch
