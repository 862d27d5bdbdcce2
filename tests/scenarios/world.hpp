// One make-believe machine on which commands come and go.
#pragma once

#include <fmt/format.h>

#include "agent/engine/install.hpp"
#include "platform/base/text.hpp"
#include "tests/agent/patches.hpp"
#include "tests/catch.hpp"
#include "tests/fakes/machine.hpp"
#include "tests/fakes/package_manager.hpp"

namespace guestpatch {

using namespace std::chrono_literals;

inline const Path state_path = "/state";

/// One machine with its package manager; commands come and go.
struct World {
    FakeMachine machine;
    Settings settings{.maximum_duration = 4h, .compliance_max_age = std::chrono::days(30)};
    Detected detected{"apt", "APT", PublishCeiling::refused, std::make_unique<FakePackageManager>()};
    FakePackageManager& packages = static_cast<FakePackageManager&>(*detected.manager);
    StateFolder state{machine.seams, state_path, "/run/state"};
    std::stop_source stop;
    int runs = 0;

    Machine borrowed() { return {machine.seams, detected, settings, state, {machine.processes, "/usr/lib/guestpatch/guestpatch-courier", ""}}; }

    Run run() {
        machine.clocks.tick(1min);  // no two runs begin at once
        return {.activity_id = fmt::format("{:08}-2222-4333-8444-555555555555", ++runs),
                .began = borrowed().now(),
                .request = {.selection = {.classifications = {Classification::critical, Classification::security}}},
                .window = {machine.clocks.wall(), machine.clocks.wall() + settings.maximum_duration},
                .reboot_reserve = 23min,
                .reboot_warning = 3min,
                .reboots_left = 2};
    }

    /// A run of the service's own.
    Run automatic() {
        Run wanted = run();
        wanted.started_by = StartedBy::platform;
        wanted.unattended = true;
        return wanted;
    }

    /// `guestpatch install`, as the command line does it.
    InstallReport install() { return install(run()); }
    InstallReport install(const Run& wanted) {
        FakeProgress progress;
        Context context{{machine.clocks.boot() + 1h}, stop.get_token(), progress, 1s};
        const Machine with = borrowed();
        finish(context);
        return guestpatch::install(with, wanted, true, context);
    }
    std::optional<InstallReport> finish(Takeover takeover = Takeover::wait_for_it, std::stop_token stopping = {}) {
        FakeProgress progress;
        Context context{{machine.clocks.boot() + 1h}, std::move(stopping), progress, 1s};
        return finish(context, takeover);
    }
    std::optional<InstallReport> finish(Context& context, Takeover takeover = Takeover::wait_for_it) {
        (void)state.finish_interrupted(machine.clocks.wall());
        return finish_left_over(borrowed(), takeover, context);
    }
    /// As the service does it.
    std::optional<InstallReport> go_on(std::stop_token stopping = {}) { return finish(Takeover::continue_it, std::move(stopping)); }
};

inline std::string tell(const Installation& installation) {
    std::vector<std::string> lines;
    for (const PatchResult& result : installation.patches) {
        constexpr std::string_view words[]{"Installed", "Failed", "Excluded", "NotSelected", "Pending"};
        lines.push_back(fmt::format("{} {}", result.patch.id.name, words[static_cast<std::size_t>(result.state)]));
    }
    return join(lines, "; ");
}

/// Every installation there ever was.
inline std::vector<Installation> installations(World& world) {
    std::vector<Installation> found;
    for (const RunSummary& run : world.state.runs()) {
        if (auto installation = world.state.installation(run.activity_id)) found.push_back(std::move(*installation));
    }
    return found;
}

/// The machine restarts: no process of before lives, `/run` is empty, what needed the reboot has it.
inline void restart(World& world) {
    world.machine.clocks.reboot();
    world.machine.files.restore_power();
    world.machine.files.erase("/run");
    world.packages.need = RebootNeed{};
}

inline void check_nothing_is_open(World& world) {
    CHECK(std::holds_alternative<Idle>(world.state.journal()));
    const PatchStatus status = world.state.patch_status();
    if (status.available) CHECK(status.available->status != OperationStatus::in_progress);
    if (status.installation) CHECK(status.installation->status != OperationStatus::in_progress);
    for (const RunSummary& run : world.state.runs()) CHECK(run.status != OperationStatus::in_progress);
}

}  // namespace guestpatch
