// Reboots: their manners, those that do not happen, and those that help nobody. And what runs teach about time.
#include "tests/scenarios/world.hpp"

using namespace guestpatch;

namespace {

const RebootNeed kernel{.required = true, .reasons = {"linux-image"}};

const Note* find_note(const Installation& installation, std::string_view code) {
    const auto found = std::ranges::find(installation.notes, code, &Note::code);
    return found == installation.notes.end() ? nullptr : &*found;
}

}  // namespace

TEST_CASE("a wish that nobody shuts the machine down is kept while packages go in, and gone before a reboot") {
    World world;
    world.packages.add(upgrades(2));
    world.packages.need = kernel;
    int while_installing = 0;
    world.packages.while_installing = [&](const Batch&) { while_installing = world.machine.rebooter.holding; };
    int while_waiting = -1;
    world.machine.rebooter.while_waiting = [&] { while_waiting = world.machine.rebooter.holding; };
    world.install(world.automatic());
    CHECK(while_installing == 1);
    CHECK(while_waiting == 0);
    CHECK(world.machine.rebooter.held_off == std::vector<std::string>{"installing updates"});
    CHECK(world.machine.rebooter.holding == 0);
}

TEST_CASE("whoever is in the way of a reboot gets the grace, within the window, and is named") {
    World world;
    world.packages.add(upgrades(1));
    world.packages.need = kernel;
    world.settings.inhibitor_grace = 15min;
    world.machine.rebooter.staying = {"alice is logged in (tty1)"};
    SECTION("the whole grace") {
        const InstallReport report = world.install(world.automatic());
        CHECK(world.machine.rebooter.graces == std::vector<milliseconds>{15min});
        const Note* note = find_note(report.installation, "REBOOT_OVER_OBSTACLES");
        REQUIRE(note);
        CHECK(note->message.contains("alice is logged in (tty1)"));
        CHECK(world.machine.rebooter.scheduled.size() == 1);
        CHECK(find_note(*world.state.installation(report.installation.activity_id), "REBOOT_OVER_OBSTACLES"));
    }
    SECTION("as much as the window has left, less the warning") {
        Run wanted = world.automatic();
        wanted.reboot_reserve = 5min;
        world.packages.while_installing = [&](const Batch&) { world.machine.clocks.tick(3h + 54min); };
        world.install(wanted);
        CHECK(world.machine.rebooter.graces == std::vector<milliseconds>{3min});
    }
    SECTION("none for a person, who would wait for himself") {
        const InstallReport report = world.install();
        CHECK(world.machine.rebooter.graces == std::vector<milliseconds>{0min});
        CHECK(find_note(report.installation, "REBOOT_OVER_OBSTACLES"));
    }
}

TEST_CASE("a stop request while somebody is in the way leaves the reboot to the next start") {
    World world;
    world.packages.add(upgrades(1));
    world.packages.need = kernel;
    world.settings.inhibitor_grace = 15min;
    world.machine.rebooter.while_waiting = [&] { world.stop.request_stop(); };
    const InstallReport halted = world.install(world.automatic());
    CHECK(std::holds_alternative<AwaitingReboot>(halted.state));
    CHECK(world.machine.rebooter.scheduled.empty());
    SECTION("which makes it") {
        world.go_on();
        CHECK(world.machine.rebooter.scheduled.size() == 1);
        restart(world);
        const auto finished = world.go_on();
        REQUIRE(finished);
        CHECK(finished->installation.reboot_status == RebootStatus::completed);
    }
    SECTION("which finds the window over") {
        world.machine.clocks.tick(5h);
        const auto finished = world.go_on();
        REQUIRE(finished);
        CHECK(finished->installation.reboot_status == RebootStatus::required);
        CHECK(finished->installation.reboot_reason.contains("; "));
        CHECK(world.machine.rebooter.scheduled.empty());
    }
    check_nothing_is_open(world);
}

TEST_CASE("a reboot in a boot of its own is not mistaken for the one that was interrupted") {
    World world;
    world.packages.add(upgrades(120));
    world.packages.need = kernel;
    world.packages.while_installing = [&world](const Batch&) { world.machine.files.cut_power_after(0); };
    world.install(world.automatic());
    restart(world);
    world.packages.while_installing = {};
    world.packages.need = kernel;
    world.go_on();
    CHECK(world.machine.rebooter.scheduled.size() == 1);
    CHECK_FALSE(world.go_on());  // this program was started again, the machine was not
    CHECK(std::holds_alternative<Rebooting>(world.state.journal()));
    restart(world);
    CHECK(world.go_on()->installation.reboot_status == RebootStatus::completed);
    check_nothing_is_open(world);
}

TEST_CASE("a reboot that does not happen is told, and none is tried again by the same run") {
    World world;
    world.packages.add(upgrades(1));
    world.packages.need = kernel;
    world.install(world.automatic());
    CHECK_FALSE(world.go_on());
    world.machine.clocks.tick(19min);
    const auto finished = world.go_on();
    REQUIRE(finished);
    CHECK(finished->installation.reboot_status == RebootStatus::failed);
    CHECK(finished->installation.status == OperationStatus::completed_with_warnings);
    CHECK(world.machine.rebooter.scheduled.size() == 1);
    check_nothing_is_open(world);
}

TEST_CASE("a reboot that mends nothing is made once, not every night") {
    World world;
    world.packages.add(upgrades(1));
    const auto night = [&world](const Run& run) {
        world.packages.need = kernel;
        world.install(run);
        restart(world);
        world.packages.need = kernel;  // the boot loader starts the old one
        world.go_on();
        world.machine.clocks.tick(24h);
    };
    night(world.automatic());
    CHECK(world.machine.rebooter.scheduled.size() == 1);
    CHECK(world.state.attempts().reboot->reasons == kernel.reasons);
    for (int i = 0; i < 3; ++i) night(world.automatic());
    CHECK(world.machine.rebooter.scheduled.size() == 1);
    CHECK(installations(world).front().reboot_status == RebootStatus::required);
    CHECK(installations(world).front().reboot_reason.contains("a reboot did not change that"));
    SECTION("unless something was installed since") {
        world.packages.add({upgrade("grub")});
        night(world.automatic());
        CHECK(world.machine.rebooter.scheduled.size() == 2);
    }
    SECTION("unless a person asks for it") {
        night(world.run());
        CHECK(world.machine.rebooter.scheduled.size() == 2);
    }
    SECTION("unless something else asks for it") {
        world.packages.need = RebootNeed{.required = true, .reasons = {"libc6"}};
        world.install(world.automatic());
        CHECK(world.machine.rebooter.scheduled.size() == 2);
    }
}

TEST_CASE("how long packages took is remembered and used, also when a reboot ends the run") {
    World world;
    world.packages.add(upgrades(3));
    world.packages.need = kernel;
    world.packages.while_installing = [&](const Batch&) { world.machine.clocks.tick(40s); };
    world.packages.names_patches = true;
    world.install(world.automatic());
    const Experience learned = world.state.experience();
    REQUIRE(learned.packages.size() == 3);
    CHECK(learned.packages.at("p000").last == 40s);
    CHECK(learned.packages.at("p001").last == 1s);
    CHECK(learned.batch);
    restart(world);
    world.go_on();

    world.packages.sight = Sight{};
    world.packages.add(upgrades(3));
    world.packages.add({upgrade("new")});
    std::vector<Patch> waiting = world.packages.sight->patches;
    const PlannedBatch batch = take_batch(waiting, 4h, world.state.experience());
    CHECK(batch.source == EstimateSource::mixed);
    CHECK(batch.estimate == 61s + 2500ms + 2500ms + 10s + 8500ms + 500ms);  // a batch costs 5 s at least; rounded up
}

TEST_CASE("what failed, or was refused, teaches nothing") {
    World world;
    world.packages.add(upgrades(2));
    world.packages.names_patches = true;
    world.packages.failing["p001"] = {{}, Reason::script_failed, "exit status 7"};
    world.install(world.automatic());
    CHECK(world.state.experience().packages.size() == 1);
    World other;
    other.packages.add(upgrades(2));
    other.packages.refusal = Refusal{Reason::lock_held, "held by process 11 (apt-get)"};
    other.install(other.automatic());
    CHECK_FALSE(other.state.experience().batch);
}
