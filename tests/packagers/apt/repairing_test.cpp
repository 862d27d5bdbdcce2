#include "tests/catch.hpp"
#include "tests/packagers/apt/machine.hpp"
#include "tests/packagers/golden.hpp"

using namespace guestpatch;
using std::chrono::minutes;

namespace {

const std::string half_configured = "install ok half-configured";
const std::string unpacked = "install ok unpacked";
const std::string half_installed = "install reinstreq half-installed";

/// A machine after an interrupted run, whose resolver has nothing to complain about.
struct HurtMachine : AptMachine {
    HurtMachine() {
        on("--print-uris", [this](const Command&) { return plan; });
        on("--configure -a", [this](const Command&) { return leave(after_configure, 0); });
        on("-f install", [this](const Command&) {
            if (mends_dependencies) plan = sound_plan;
            return leave(after_fix, 0);
        });
        on("--reinstall", [this](const Command&) { return leave(after_reinstall, 0); });
    }
    Answer leave(const std::vector<std::string>& stanzas, int status) {
        if (!stanzas.empty()) database(stanzas);
        return Answer::exits(status);
    }
    Repair repair() { return apt().repair({.job = {"guestpatch-repair-1", "/var/lib/guestpatch/jobs/r"}, .lock_patience = std::chrono::minutes(5)}, context); }

    std::vector<std::string> after_configure;
    std::vector<std::string> after_fix;
    std::vector<std::string> after_reinstall;
    const Answer sound_plan = Answer::prints("0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n");
    Answer plan = sound_plan;
    bool mends_dependencies = false;
};

std::string notes_of(const Repair& repair) {
    std::string text;
    for (const Note& note : repair.notes) text += note.code + ": " + note.message + "\n";
    return text;
}

}  // namespace

TEST_CASE("dpkg finishes what it left half done, and that is enough", "[apt][repair]") {
    HurtMachine machine;
    machine.database({stanza("gp-sec", "1.1", unpacked), stanza("gp-upd", "1.1", half_configured)});
    machine.after_configure = {stanza("gp-sec", "1.1"), stanza("gp-upd", "1.1")};
    const Repair repair = machine.repair();
    CHECK(notes_of(repair) == "PACKAGES_CONFIGURED: finished by dpkg --configure -a: gp-sec, gp-upd\n");
    CHECK(repair.still_broken.empty());
    CHECK(machine.runs("nice -n 10 dpkg --force-confdef --force-confold --configure -a") == 1);
    CHECK(machine.runs("-f install") == 0);
    CHECK(machine.processes.await({"guestpatch-repair-1-configure", {}}, {}, {}, {}));
}

TEST_CASE("A script that keeps failing is named, and apt is not asked to run it again", "[apt][repair]") {
    HurtMachine machine;
    machine.database({stanza("gp-sec", "1.1", half_configured)});
    const Repair repair = machine.repair();
    CHECK(repair.notes.empty());
    CHECK(repair.still_broken == std::vector<std::string>{"gp-sec"});
    CHECK(machine.runs("-f install") == 0);
}

TEST_CASE("Missing files are fetched anew: first by apt's repair, then by name and version", "[apt][repair]") {
    HurtMachine machine;
    machine.database({stanza("gp-sec", "1.0", half_installed), stanza("gp-upd", "1.0", half_installed)});
    machine.after_fix = {stanza("gp-sec", "1.0", half_installed), stanza("gp-upd", "1.1")};
    machine.after_reinstall = {stanza("gp-sec", "1.0"), stanza("gp-upd", "1.1")};
    const Repair repair = machine.repair();
    CHECK(notes_of(repair) ==
          "DEPENDENCIES_REPAIRED: repaired by apt-get -f install: gp-upd\nPACKAGES_REINSTALLED: reinstalled: gp-sec\n");
    CHECK(repair.still_broken.empty());
    CHECK(machine.runs("--no-remove -o Dpkg::Use-Pty=0") == 2);
    CHECK(machine.processes.command_lines().back().ends_with("--reinstall install gp-sec=1.0"));
}

TEST_CASE("What nothing helps is named", "[apt][repair]") {
    HurtMachine machine;
    machine.database({stanza("gp-local", "1.0", half_installed)});
    CHECK(machine.repair().still_broken == std::vector<std::string>{"gp-local"});
    CHECK(machine.runs("--reinstall") == 1);
}

TEST_CASE("A database that cannot be read is not a repaired one", "[apt][repair]") {
    HurtMachine machine;
    machine.files.erase("/var/lib/dpkg/status");
    CHECK(machine.repair().still_broken == std::vector<std::string>{"dpkg"});
}

TEST_CASE("Dependencies that are not met are apt's to repair, though dpkg calls everything installed",
          "[apt][repair]") {
    HurtMachine machine;
    machine.database({stanza("gp-needy", "1.0")});
    machine.plan = Answer::exits(100, golden("apt/debian-12.print-uris.broken.stdout"),
                                 golden("apt/debian-12.print-uris.broken.stderr"));
    SECTION("with success") {
        machine.mends_dependencies = true;
        const Repair repair = machine.repair();
        CHECK(notes_of(repair) ==
              "DEPENDENCIES_REPAIRED: repaired by apt-get -f install: gp-needy : Depends: gp-nosuch but "
              "it is not installable\n");
        CHECK(repair.still_broken.empty());
    }
    SECTION("in vain") {
        const Repair repair = machine.repair();
        CHECK(repair.still_broken == std::vector<std::string>{"gp-needy"});
        CHECK(repair.notes.empty());
    }
    CHECK(machine.runs("-f install") == 1);
}

TEST_CASE("An orphaned dpkg is waited for, and never disturbed", "[apt][repair]") {
    HurtMachine machine;
    machine.database({stanza("gp-sec", "1.1", unpacked)});
    SECTION("until it ends") {
        machine.after_configure = {stanza("gp-sec", "1.1")};
        machine.locks.hold("/var/lib/dpkg/lock", "", minutes(2));
        CHECK(machine.repair().still_broken.empty());
        CHECK(machine.clocks.boot() == BootTime(minutes(2)));
    }
    SECTION("but not for ever") {
        machine.locks.hold("/var/lib/dpkg/lock", "", std::chrono::hours(9));
        CHECK(machine.repair().still_broken == std::vector<std::string>{"gp-sec"});
        CHECK(machine.clocks.boot() == BootTime(minutes(5)));
        CHECK(machine.processes.commands().empty());
    }
    SECTION("nor beyond the deadline") {
        machine.context.deadline = {BootTime(minutes(1))};
        machine.locks.hold("/var/lib/dpkg/lock-frontend", "", std::chrono::hours(9));
        CHECK(machine.repair().still_broken == std::vector<std::string>{"gp-sec"});
        CHECK(machine.clocks.boot() == BootTime(minutes(1)));
    }
}

TEST_CASE("A stop request leaves a repair running, and says where", "[apt][repair]") {
    AptMachine machine;
    machine.database({stanza("gp-sec", "1.1", unpacked)});
    machine.on("--configure -a", [&](const Command&) {
        machine.stop.request_stop();
        return Answer{.takes = minutes(30)};
    });
    const Repair repair = machine.apt().repair({.job = {"guestpatch-repair-1", "/x"}}, machine.context);
    CHECK(repair.left_running == "process 4711");
    CHECK(repair.still_broken == std::vector<std::string>{"gp-sec"});
    CHECK(machine.processes.commands().size() == 1);
}
