// Whole lives of an installation on a make-believe machine, the power cut at every durable write.
#include <fmt/format.h>

#include <functional>

#include "agent/engine/install.hpp"
#include "agent/wire/enums.hpp"
#include "platform/base/text.hpp"
#include "tests/agent/patches.hpp"
#include "tests/catch.hpp"
#include "tests/fakes/machine.hpp"
#include "tests/fakes/package_manager.hpp"

using namespace guestpatch;
using namespace std::chrono_literals;

namespace {

const Path state_path = "/state";

/// One machine with its package manager; commands come and go.
struct World {
    FakeMachine machine;
    Settings settings{.maximum_duration = 4h, .compliance_max_age = std::chrono::days(30)};
    Detected detected{"apt", "APT", PublishCeiling::refused, std::make_unique<FakePackageManager>()};
    FakePackageManager& packages = static_cast<FakePackageManager&>(*detected.manager);
    StateFolder state{machine.seams, state_path, "/run/state"};
    std::stop_source stop;
    int runs = 0;

    Machine borrowed() { return {machine.seams, detected, settings, state}; }

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

    /// `guestpatch install`, as the command line does it.
    InstallReport install() { return install(run()); }
    InstallReport install(const Run& wanted) {
        FakeProgress progress;
        Context context{{machine.clocks.boot() + 1h}, stop.get_token(), progress, 1s};
        const Machine with = borrowed();
        finish(context);
        return guestpatch::install(with, wanted, true, context);
    }
    std::optional<InstallReport> finish() {
        FakeProgress progress;
        Context context{{machine.clocks.boot() + 1h}, {}, progress, 1s};
        return finish(context);
    }
    std::optional<InstallReport> finish(Context& context) {
        (void)state.finish_interrupted(machine.clocks.wall());
        return finish_left_over(borrowed(), Takeover::wait_for_it, context);
    }
};

struct Scenario {
    std::string name;
    std::function<void(World&)> arrange;
    std::string end;  ///< how every patch must end: "name state reason"
};

std::string tell(const Installation& installation) {
    std::vector<std::string> lines;
    for (const PatchResult& result : installation.patches) {
        constexpr std::string_view words[]{"Installed", "Failed", "Excluded", "NotSelected", "Pending"};
        lines.push_back(fmt::format("{} {}", result.patch.id.name, words[static_cast<std::size_t>(result.state)]));
    }
    return join(lines, "; ");
}

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

/// The machine restarts: no process of before lives, `/run` is empty, what needed the reboot has it.
void restart(World& world) {
    world.machine.clocks.reboot();
    world.machine.files.restore_power();
    world.machine.files.erase("/run");
    world.packages.need = RebootNeed{};
}

void check_nothing_is_open(World& world) {
    CHECK(std::holds_alternative<Idle>(world.state.journal()));
    const PatchStatus status = world.state.patch_status();
    if (status.available) CHECK(status.available->status != OperationStatus::in_progress);
    if (status.installation) CHECK(status.installation->status != OperationStatus::in_progress);
    for (const RunSummary& run : world.state.runs()) CHECK(run.status != OperationStatus::in_progress);
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

TEST_CASE("an interrupted run is reported from what the package database says") {
    World world;
    world.packages.add(upgrades(120));
    // The power goes in the middle of the second batch.
    world.packages.while_installing = [&world](const Batch&) {
        if (world.packages.batches.size() == 2) world.machine.files.cut_power_after(0);
    };
    world.install();
    restart(world);
    const auto finished = world.finish();
    REQUIRE(finished);
    const Installation& report = finished->installation;
    CHECK(report.status == OperationStatus::completed_with_warnings);
    CHECK(count(report.patches, InstallationState::installed) == world.packages.installed.size());
    CHECK(count(report.patches, InstallationState::pending) == 120 - world.packages.installed.size());
    CHECK(report.errors.at(0).code == "OPERATION_INTERRUPTED");
    CHECK(world.packages.batches.size() == 2);  // finishing installs nothing
    check_nothing_is_open(world);
}

TEST_CASE("no batch starts that does not fit the window") {
    World world;
    world.packages.add(upgrades(120));
    world.packages.while_installing = [&world](const Batch&) { world.machine.clocks.tick(3h + 36min + 30s); };
    const InstallReport report = world.install();
    CHECK(world.packages.batches.size() == 1);
    CHECK(report.installation.window_exceeded);
    CHECK(count(report.installation.patches, InstallationState::installed) == 54);
    CHECK(count(report.installation.patches, InstallationState::pending) == 66);
    CHECK(report.installation.patches.back().patch.reason == Reason::no_time_left);
    CHECK(report.installation.status == OperationStatus::completed_with_warnings);
}

TEST_CASE("what is refused for a reason that concerns all is not asked again batch by batch") {
    World world;
    world.packages.add(upgrades(120));
    world.packages.refusal = Refusal{Reason::lock_held, "held by process 11 (apt-get)"};
    const InstallReport report = world.install();
    CHECK(world.packages.batches.size() == 1);
    for (const PatchResult& result : report.installation.patches) {
        CHECK(result.state == InstallationState::pending);
        CHECK(result.patch.reason == Reason::lock_held);
    }
    CHECK(report.installation.status == OperationStatus::failed);
}

TEST_CASE("a stop request lets the running batch end and starts no other") {
    World world;
    world.packages.add(upgrades(120));
    world.packages.while_installing = [&world](const Batch&) { world.stop.request_stop(); };
    const InstallReport report = world.install();
    CHECK(world.packages.batches.size() == 1);
    CHECK(count(report.installation.patches, InstallationState::installed) == 54);
    CHECK(report.installation.errors.at(0).code == "OPERATION_CANCELLED");
    CHECK(std::ranges::count(world.packages.calls, "mark_automatic") == 0);
    check_nothing_is_open(world);
}

TEST_CASE("a batch left running is reported with where it runs, and collected by the next command") {
    World world;
    world.packages.add(upgrades(2));
    world.packages.left_running = "guestpatch-x-1.service";
    const InstallReport left = world.install();
    CHECK(left.installation.status == OperationStatus::in_progress);
    CHECK(left.installation.left_running == "guestpatch-x-1.service");
    CHECK(std::holds_alternative<Installing>(left.state));
    CHECK(world.state.installation(left.installation.activity_id)->left_running == "guestpatch-x-1.service");
    SECTION("which may find it running still") {
        const auto again = world.finish();
        REQUIRE(again);
        CHECK(again->installation.left_running == "guestpatch-x-1.service");
        CHECK(again->installation.status == OperationStatus::in_progress);
    }
    world.packages.left_running.clear();
    const auto finished = world.finish();
    REQUIRE(finished);
    CHECK(tell(finished->installation) == "p000 Installed; p001 Installed");
    CHECK(finished->installation.left_running.empty());
    check_nothing_is_open(world);
}

TEST_CASE("a run that is interrupted while it is finished is finished later") {
    World world;
    world.packages.add(upgrades(2));
    world.packages.left_running = "process 4711";
    world.install();
    for (int again = 0; again < 3; ++again) CHECK(world.finish()->installation.left_running == "process 4711");
    world.packages.left_running.clear();
    CHECK(tell(world.finish()->installation) == "p000 Installed; p001 Installed");
    check_nothing_is_open(world);
}

TEST_CASE("a report that cannot be kept is still owed") {
    World world;
    world.packages.add(upgrades(2));
    world.packages.while_installing = [&world](const Batch&) { world.machine.files.forbid(state_path / "installations"); };
    const InstallReport report = world.install();
    CHECK(report.not_recorded);
    CHECK(std::holds_alternative<Verifying>(world.state.journal()));
}

TEST_CASE("what a repair puts in is reported by the run that repaired") {
    World world;
    world.packages.add(upgrades(2));
    world.packages.broken = {"p001"};
    world.packages.sight_after_refresh = world.packages.sight;
    const InstallReport report = world.install();
    CHECK(count(report.installation.patches, InstallationState::installed) >= 1);
    CHECK(world.packages.installed == std::set<std::string>{"p000", "p001"});
}

TEST_CASE("marks are recorded before a batch and restored after it") {
    World world;
    world.packages.add(upgrades(2));
    world.packages.automatics = {"p001", "unrelated"};
    world.packages.while_installing = [&world](const Batch&) {
        const auto stored = world.state.installation("00000001-2222-4333-8444-555555555555");
        REQUIRE(stored);
        CHECK_FALSE(stored->patches[0].automatic);
        CHECK(stored->patches[1].automatic);
    };
    world.install();
    CHECK(world.packages.automatics == std::set<std::string>{"p001", "unrelated"});
}

TEST_CASE("a reboot that is refused, forbidden or missed is told") {
    World world;
    world.packages.add(upgrades(1));
    world.packages.need = RebootNeed{.required = true, .reasons = {"linux-image"}};
    Run wanted = world.run();
    SECTION("refused") {
        world.machine.rebooter.refusal = Error{Errc::failed, "shutdown: Permission denied"};
        const InstallReport report = world.install(wanted);
        CHECK(report.installation.reboot_status == RebootStatus::failed);
        CHECK(report.installation.reboot_reason.contains("Permission denied"));
        CHECK(report.installation.status == OperationStatus::completed_with_warnings);
    }
    SECTION("forbidden") {
        wanted.reboot_setting = RebootSetting::never;
        const InstallReport report = world.install(wanted);
        CHECK(report.installation.reboot_status == RebootStatus::required);
        CHECK(report.installation.status == OperationStatus::succeeded);
        CHECK(world.machine.rebooter.scheduled.empty());
    }
    SECTION("missed") {
        world.install(wanted);
        CHECK_FALSE(world.finish());  // it is still to come
        world.machine.clocks.tick(1h);
        const auto finished = world.finish();
        REQUIRE(finished);
        CHECK(finished->installation.reboot_status == RebootStatus::failed);
    }
    check_nothing_is_open(world);
}

TEST_CASE("without a journal nothing is touched") {
    World world;
    world.packages.add(upgrades(2));
    world.machine.files.forbid(state_path / "journal.json");
    const InstallReport report = world.install();
    CHECK(report.not_recorded);
    CHECK(world.packages.batches.empty());
}

TEST_CASE("a journal that was lost, or is no journal, still lets the run be reported") {
    World world;
    world.packages.add(upgrades(2));
    world.packages.while_installing = [&world](const Batch&) { world.machine.files.cut_power_after(0); };
    world.install();
    restart(world);
    SECTION("lost") { world.machine.files.erase(state_path / "journal.json"); }
    SECTION("damaged") { world.machine.files.put(state_path / "journal.json", "{\"schema\":1,\"sta"); }
    const auto finished = world.finish();
    REQUIRE(finished);
    CHECK(tell(finished->installation) == "p000 Installed; p001 Installed");
    check_nothing_is_open(world);
}
