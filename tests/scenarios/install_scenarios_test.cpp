// Whole lives of an installation on a make-believe machine, the power cut at every durable write.
#include <functional>
#include <map>
#include <set>

#include "agent/wire/enums.hpp"
#include "tests/scenarios/world.hpp"

using namespace guestpatch;

namespace {

struct Scenario {
    std::string name;
    std::function<void(World&)> arrange;
    std::string end;  ///< how every patch must end: "name state reason"
};

std::vector<Scenario> scenarios() {
    return {
        {"two patches", [](World& world) { world.packages.add(upgrades(2)); }, "p000 Installed; p001 Installed"},
        {"nothing to do", [](World&) {}, ""},
        {"one fails", [](World& world) {
             world.packages.add(upgrades(3));
             world.packages.failing["p001"] = {{}, Reason::script_failed, "exit status 7"};
         }, "p000 Installed; p001 Failed; p002 Installed"},
        {"one is refused", [](World& world) {
             world.packages.add(upgrades(4));
             world.packages.refused_names = {"p002"};
         }, "p000 Installed; p001 Installed; p002 Failed; p003 Installed"},
        {"three batches", [](World& world) { world.packages.add(upgrades(120)); }, ""},
        {"the machine is broken first", [](World& world) {
             world.packages.add(upgrades(2));
             world.packages.broken = {"left-over"};
             world.packages.repaired.notes = {{"PACKAGES_CONFIGURED", "left-over"}};
         }, "p000 Installed; p001 Installed"},
        {"a new package and an automatic one", [](World& world) {
             world.packages.add(upgrades(2));
             world.packages.automatics = {"p000"};
             Patch fresh = upgrade("fresh");
             fresh.installed_version.clear();
             world.packages.add({fresh});
         }, "fresh Installed; p000 Installed; p001 Installed"},
        {"a reboot is needed", [](World& world) {
             world.packages.add(upgrades(2));
             world.packages.need = RebootNeed{.required = true, .reasons = {"linux-image"}};
         }, "p000 Installed; p001 Installed"},
        {"an archive cannot be fetched", [](World& world) {
             world.packages.add(upgrades(2));
             world.packages.downloaded.failures = {{{"p001", "1.1"}, Reason::download_failed, "404"}};
         }, "p000 Installed; p001 Failed"},
        {"one fails and leaves the others half done", [](World& world) {
             world.packages.add(upgrades(3));
             world.packages.failing["p000"] = {{}, Reason::script_failed, "exit status 7"};
             world.packages.half_done = {"p001", "p002"};
         }, "p000 Failed; p001 Installed; p002 Installed"},
        {"held, kept back, of another class", [](World& world) {
             world.packages.add(upgrades(1));
             Patch held = upgrade("held");
             held.held_back = HeldBack::held;
             held.reason = Reason::held;
             world.packages.add({held, upgrade("other", Classification::other)});
         }, "held Excluded; other NotSelected; p000 Installed"},
    };
}

/// What an uninterrupted life ends with, whatever the number of runs it took.
struct End {
    std::map<std::string, std::string> told;  ///< of each patch, what the last report that had it said
    std::set<std::string> installed;
    std::set<std::string> automatic;
    std::size_t critical_and_security = 0;

    friend bool operator==(const End&, const End&) = default;
};

End end_of(World& world) {
    const PatchStatus status = world.state.patch_status();
    std::map<std::string, std::string> told;
    std::vector<RunSummary> runs = world.state.runs();
    std::ranges::reverse(runs);
    for (const RunSummary& run : runs) {
        const auto report = world.state.installation(run.activity_id);
        for (const PatchResult& result : report ? report->patches : std::vector<PatchResult>()) {
            told[result.patch.id.name] = fmt::format("{} {}", to_wire(result.state), result.patch.reason ? to_wire(*result.patch.reason) : "");
        }
    }
    return {told, world.packages.installed, world.packages.automatics,
            status.available ? status.available->critical_and_security : 0};
}

void live_on(World& world) {
    restart(world);
    world.install();
    restart(world);
    world.finish();
}

}  // namespace

TEST_CASE("every scenario ends as it should when nothing interferes") {
    for (const Scenario& scenario : scenarios()) {
        INFO(scenario.name);
        World world;
        scenario.arrange(world);
        InstallReport report = world.install();
        if (std::holds_alternative<Rebooting>(report.state)) {
            CHECK(report.installation.reboot_status == RebootStatus::started);
            CHECK(world.machine.rebooter.scheduled.size() == 1);
            restart(world);
            const auto finished = world.finish();
            REQUIRE(finished);
            report = *finished;
            CHECK(report.installation.reboot_status == RebootStatus::completed);
        }
        CHECK_FALSE(report.not_recorded);
        if (!scenario.end.empty()) CHECK(tell(report.installation) == scenario.end);
        CHECK(world.packages.broken.size() == world.packages.failing.size());
        check_nothing_is_open(world);
        const auto stored = world.state.installation(report.installation.activity_id);
        REQUIRE(stored);
        CHECK(stored->patches == report.installation.patches);
    }
}

TEST_CASE("a power cut after any durable write changes nothing about the end") {
    for (const Scenario& scenario : scenarios()) {
        World undisturbed;
        scenario.arrange(undisturbed);
        undisturbed.install();
        live_on(undisturbed);
        const End wanted = end_of(undisturbed);
        const int writes = undisturbed.machine.files.durable_writes();
        for (int cut = 0; cut <= writes; ++cut) {
            INFO(scenario.name << ", power cut after " << cut << " durable writes");
            World world;
            scenario.arrange(world);
            world.machine.files.cut_power_after(cut);
            world.install();
            live_on(world);
            CHECK(end_of(world) == wanted);
            check_nothing_is_open(world);
        }
    }
}
