// Single stories of an installation: what goes wrong, and what is said of it.
#include "tests/scenarios/world.hpp"

using namespace guestpatch;

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
