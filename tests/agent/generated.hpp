// Assessments, installations and states no machine ever had, for round trips and for weighing.
#pragma once

#include <random>

#include "agent/domain/assessment.hpp"
#include "agent/domain/lifecycle.hpp"

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
        patch.first = roll(4) == 0;
        if (roll(2) == 0) patch.reason = static_cast<Reason>(roll(22));
        if (roll(9) != 0) patch.first_seen = instant();
        made.patches.push_back(std::move(patch));
    }
    if (roll(2) == 0) made.blind_spots = {{text(), static_cast<BlindSpotCode>(roll(13)), text(), roll(2) == 0}};
    if (roll(2) == 0) made.notes = {{"LISTS_REBUILT", text()}};
    return made;
}

inline Installation generated_installation(unsigned seed, std::size_t patches) {
    std::mt19937 dice(seed);
    const auto roll = [&dice](unsigned sides) { return static_cast<unsigned>(dice() % sides); };
    const Assessment looked = generated_assessment(seed, patches);
    Installation made{.activity_id = "0b8f0f0e-52a1-4c7b-9d5e-0b6f2f5f9a22",
                      .assessment_id = looked.activity_id,
                      .maintenance_run_id = roll(2) == 0 ? "" : "2026-11-21T00:00:00Z",
                      .status = static_cast<OperationStatus>(roll(4)),
                      .started = looked.started,
                      .modified = looked.modified,
                      .duration = looked.duration,
                      .started_by = looked.started_by,
                      .on = looked.on,
                      .blind_spots = looked.blind_spots,
                      .notes = looked.notes,
                      .reboot_setting = static_cast<RebootSetting>(roll(3)),
                      .reboot_status = static_cast<RebootStatus>(roll(5)),
                      .reboot_reason = roll(2) == 0 ? "" : "linux-image",
                      .services = {"ssh.service"},
                      .window_exceeded = roll(2) == 0,
                      .batches = roll(9),
                      .left_running = roll(2) == 0 ? "" : "guestpatch-x-1.service",
                      .dry_run = roll(2) == 0};
    for (const Patch& patch : looked.patches) {
        made.patches.push_back({patch, static_cast<InstallationState>(roll(5)), roll(2) == 0 ? "" : "exit status 7", roll(2) == 0});
    }
    if (roll(2) == 0) made.errors = {{"OPERATION_INTERRUPTED", "install", "cut"}};
    if (roll(2) == 0) {
        const auto end = static_cast<HookEnd>(roll(5));
        const bool told = end == HookEnd::exited || end == HookEnd::signalled;
        made.hooks = {{static_cast<Hook>(roll(4)), {"/usr/bin/drain", "a b"}, end, told ? static_cast<int>(roll(200)) : 0,
                       seconds(roll(300)), roll(2) == 0 ? "" : "dräined\n"}};
    }
    const auto health = [&](const char* reason) {
        const auto state = static_cast<HealthState>(roll(4));
        return Health{state, state == HealthState::healthy ? std::vector<std::string>{} : std::vector<std::string>{reason},
                      roll(2) == 0 ? std::vector<std::string>{} : std::vector<std::string>{"fwupd.service"}, made.started};
    };
    if (roll(2) == 0) made.health_before = health("no service manager runs here");
    if (roll(2) == 0) made.health_after = health("tcp 127.0.0.1:22: connect: Connection refused");
    return made;
}

inline State generated_state(unsigned seed) {
    std::mt19937 dice(seed);
    const auto roll = [&dice](unsigned sides) { return static_cast<unsigned>(dice() % sides); };
    const Instant start(seconds(1'700'000'000 + roll(100'000'000)));
    Run run{.activity_id = "0b8f0f0e-52a1-4c7b-9d5e-0b6f2f5f9a22",
            .began = {start, BootTime(milliseconds(roll(1'000'000))), "boot"},
            .request = {.selection = {.classifications = {Classification::security}, .include = {{"a*", "1.?"}}, .exclude = {{"b"}}}},
            .window = {start, start + seconds(7200)},
            .reboot_setting = static_cast<RebootSetting>(roll(3)),
            .reboot_reserve = seconds(roll(5000)),
            .reboot_warning = seconds(roll(500)),
            .reboots_left = static_cast<int>(roll(3)),
            .interrupted = roll(2) == 0,
            .interruptions = static_cast<int>(roll(7)),
            .prepared = roll(2) == 0};
    if (roll(2) == 0) run.request.selection.max_publish_date = start;
    run.request.exclude_reboot = roll(2) == 0;
    const std::vector<PatchFailure> failures{{{"curl", "7.1"}, static_cast<Reason>(roll(22)), "no \"luck\""}};
    switch (seed % 6) {
        case 0: return Idle();
        case 1: return Assessing{run, roll(2) == 0, roll(2) == 0 ? "" : following_job(run, "")};
        case 2: return Installing{run, static_cast<Stage>(roll(8)), following_job(run, ""), {"guestpatch-x-1"}, failures};
        case 3: return AwaitingReboot{run, "kernel", failures};
        case 4: return Rebooting{run, start};
        default: return Verifying{run, static_cast<RebootStatus>(roll(5)), "because", failures, static_cast<Ending>(roll(3))};
    }
}

}  // namespace guestpatch
