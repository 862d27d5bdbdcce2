// Loops that must end, reboots and their manners, and what runs teach the next ones.
#include "tests/scenarios/world.hpp"

using namespace guestpatch;

namespace {

/// Something undoes what was installed.
void undo(World& world) {
    world.packages.installed.clear();
    world.packages.sight = Sight{};
    world.packages.add(upgrades(2));
}

bool notes(const Installation& installation, std::string_view code) {
    return std::ranges::find(installation.notes, code, &Note::code) != installation.notes.end();
}

}  // namespace

TEST_CASE("a patch that comes back is installed twice, and then left alone and named") {
    World world;
    for (int run = 0; run < 2; ++run) {
        undo(world);
        CHECK(tell(world.install(world.automatic()).installation) == "p000 Installed; p001 Installed");
        world.machine.clocks.tick(24h);
    }
    undo(world);
    world.packages.add({upgrade("fresh")});
    const InstallReport third = world.install(world.automatic());
    CHECK(tell(third.installation) == "fresh Installed; p000 Pending; p001 Pending");
    CHECK(third.installation.patches[1].patch.reason == Reason::loop_broken);
    CHECK(third.installation.status == OperationStatus::completed_with_warnings);
    CHECK(world.packages.batches.back() == std::vector<std::string>{"fresh"});
    SECTION("a plan says the same") {
        const DryRun planned = plan_installation(*world.state.last_sight(), world.automatic(), world.borrowed().now(), world.state.attempts(),
                                                 world.state.experience());
        CHECK(planned.batches.empty());
        CHECK(planned.installation.patches[0].patch.reason == Reason::loop_broken);
    }
    SECTION("until it is forgotten") {
        undo(world);
        world.machine.clocks.tick(std::chrono::days(31));
        CHECK(tell(world.install(world.automatic()).installation) == "p000 Installed; p001 Installed");
    }
}

TEST_CASE("a run that is cut again and again is given up, and told") {
    World world;
    world.packages.add(upgrades(600));
    // Each life dies within a batch of its own.
    world.packages.while_installing = [&world](const Batch&) { world.machine.files.cut_power_after(0); };
    world.install(world.automatic());
    int lives = 0;
    restart(world);
    while (!std::holds_alternative<Idle>(world.state.journal()) && lives < 20) {
        ++lives;
        world.go_on();
        restart(world);
    }
    CHECK(lives == most_interruptions + 1);
    const Installation report = installations(world).at(0);
    CHECK(report.status == OperationStatus::completed_with_warnings);
    CHECK(report.errors.at(0).code == "OPERATION_INTERRUPTED");
    CHECK(report.errors.at(0).message.contains("6 times, was given up"));
    check_nothing_is_open(world);
}

TEST_CASE("a run that is found after its window is ended, not continued") {
    World world;
    world.packages.add(upgrades(120));
    world.packages.while_installing = [&world](const Batch&) { world.machine.files.cut_power_after(0); };
    world.install(world.automatic());
    restart(world);
    world.packages.while_installing = {};
    world.machine.clocks.tick(std::chrono::days(365));
    const auto finished = world.go_on();
    REQUIRE(finished);
    CHECK(world.packages.batches.size() == 1);
    CHECK(finished->installation.errors.at(0).code == "OPERATION_INTERRUPTED");
    CHECK(finished->installation.status == OperationStatus::completed_with_warnings);
    check_nothing_is_open(world);
}

TEST_CASE("a person's run is ended by the service, not continued") {
    World world;
    world.packages.add(upgrades(120));
    world.packages.while_installing = [&world](const Batch&) { world.machine.files.cut_power_after(0); };
    world.install();
    restart(world);
    world.packages.while_installing = {};
    REQUIRE(world.go_on());
    CHECK(world.packages.batches.size() == 1);
    check_nothing_is_open(world);
}

TEST_CASE("a clock that is set during a run neither stretches its window nor lets it overrun") {
    World world;
    world.packages.add(upgrades(120));
    bool set = false;
    seconds by{};
    const auto set_clock = [&](const Batch&) {
        if (!set) world.machine.clocks.set_wall(world.machine.clocks.wall() + by);
        set = true;
        world.machine.clocks.tick(2h);
    };
    world.packages.while_installing = set_clock;
    SECTION("back by a day") {
        by = -24h;
        const InstallReport report = world.install(world.automatic());
        CHECK(world.packages.batches.size() == 2);  // 4 h less 23 min: no third one
        CHECK(report.installation.window_exceeded);
    }
    SECTION("forward by a year") {
        by = std::chrono::days(365);
        const InstallReport report = world.install(world.automatic());
        CHECK(world.packages.batches.size() == 1);
        CHECK(report.installation.window_exceeded);
        CHECK(report.installation.status == OperationStatus::completed_with_warnings);
    }
    check_nothing_is_open(world);
}

TEST_CASE("a repository that is dead is told, and what is known goes in") {
    World world;
    world.packages.add(upgrades(2));
    world.packages.refreshed.blind_spots = {{"deb http://gone", BlindSpotCode::source_unreachable, "no route to host", true}};
    const InstallReport report = world.install(world.automatic());
    CHECK(tell(report.installation) == "p000 Installed; p001 Installed");
    CHECK(report.installation.status == OperationStatus::completed_with_warnings);
    CHECK(report.installation.blind_spots.size() == 1);
}

TEST_CASE("a disk without room is named, and the machine is left as it was") {
    World world;
    world.packages.add(upgrades(2));
    world.packages.downloaded.refused = Refusal{Reason::disk_full, "12 MB are missing in /var/cache"};
    const InstallReport report = world.install(world.automatic());
    CHECK(report.installation.status == OperationStatus::failed);
    CHECK(world.packages.batches.empty());
    CHECK(report.installation.patches[0].patch.reason == Reason::disk_full);
}

TEST_CASE("a stop request between two batches leaves the rest of the service's run for the next start") {
    World world;
    world.packages.add(upgrades(120));
    world.packages.while_installing = [&world](const Batch&) { world.stop.request_stop(); };
    const InstallReport halted = world.install(world.automatic());
    CHECK(world.packages.batches.size() == 1);
    CHECK(halted.installation.status == OperationStatus::in_progress);
    CHECK(halted.installation.errors.empty());
    const auto finished = world.go_on();
    REQUIRE(finished);
    CHECK(count(finished->installation.patches, InstallationState::installed) == 120);
    CHECK(finished->installation.status == OperationStatus::succeeded);
    CHECK(notes(finished->installation, "OPERATION_CONTINUED"));
    check_nothing_is_open(world);
}

TEST_CASE("marks of a batch that went in before the run was cut are restored by the life that goes on") {
    World world;
    world.packages.add(upgrades(120));
    world.packages.automatics = {"p000", "p119"};
    world.packages.while_installing = [&world](const Batch&) { world.machine.files.cut_power_after(0); };
    world.install(world.automatic());
    restart(world);
    world.packages.while_installing = {};
    world.go_on();
    CHECK(world.packages.automatics == std::set<std::string>{"p000", "p119"});
}
