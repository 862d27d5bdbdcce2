#include "tests/catch.hpp"
#include "tests/packagers/apt/machine.hpp"
#include "tests/packagers/golden.hpp"

using namespace guestpatch;
using std::chrono::minutes;

namespace {

Answer captured(int status, const std::string& name) {
    const std::string start = "apt/debian-12." + name;
    return Answer::exits(status, golden(start + ".stdout"), golden(start + ".stderr"));
}

std::vector<std::string> names_of(const std::vector<PatchFailure>& failures) {
    std::vector<std::string> names;
    for (const PatchFailure& failure : failures) names.push_back(failure.id.name);
    return names;
}

}  // namespace

TEST_CASE("A download asks for exactly these versions and changes nothing", "[apt][download]") {
    AptMachine machine;
    machine.on("--download-only", Answer::exits(0, golden("apt/debian-12.download.good.stdout")));
    const Download download = machine.apt().download(machine.batch, machine.context);
    CHECK(download.failures.empty());
    CHECK_FALSE(download.refused);
    REQUIRE(machine.processes.commands().size() == 1);
    const std::string line = machine.processes.command_lines().front();
    CHECK(line.starts_with("apt-get -y -V -o quiet=1 "));
    CHECK(line.ends_with("--download-only --only-upgrade install gp-sec=1.1 gp-upd=1.1"));
    CHECK(line.find("--no-remove") != std::string::npos);
    CHECK(line.find("DPkg::Lock::Timeout=300") != std::string::npos);
    CHECK(machine.processes.commands().front().silence > milliseconds(0));
    CHECK(heard(machine.progress, "downloading"));
}

TEST_CASE("What is here already is not asked for", "[apt][download]") {
    AptMachine machine;
    for (Patch& patch : machine.batch.patches) patch.download_bytes = 0;
    CHECK_FALSE(machine.apt().download(machine.batch, machine.context).refused);
    CHECK(machine.processes.commands().empty());
}

TEST_CASE("A disk that is too small is found before anything is fetched", "[apt][download]") {
    AptMachine machine;
    machine.files.set_free_space(100);
    const Download download = machine.apt().download(machine.batch, machine.context);
    REQUIRE(download.refused);
    CHECK(download.refused->reason == Reason::disk_full);
    CHECK(machine.processes.commands().empty());
}

TEST_CASE("Archives that could not be fetched are failures, the rest of the batch is not", "[apt][download]") {
    AptMachine machine;
    machine.batch.patches = {patch("gp-both", "1.2"), patch("gp-epoch", "1:1.0-1"), patch("gp-sec", "1.1")};
    machine.on("--download-only", captured(100, "download.spoiled"));
    const Download download = machine.apt().download(machine.batch, machine.context);
    CHECK_FALSE(download.refused);
    CHECK(names_of(download.failures) == std::vector<std::string>{"gp-epoch", "gp-sec"});
    CHECK(download.failures.front().reason == Reason::download_failed);
}

TEST_CASE("A download is refused for a lock and for a full disk", "[apt][download]") {
    AptMachine machine;
    SECTION("of dpkg, which apt waited for") {
        machine.on("--download-only", captured(100, "download.dpkg-locked"));
        const auto refused = machine.apt().download(machine.batch, machine.context).refused;
        REQUIRE(refused);
        CHECK(*refused == Refusal{Reason::lock_held, "/var/lib/dpkg/lock is held by process 11 (python3)"});
        CHECK(heard(machine.progress,
                    "waiting for the package manager's lock: /var/lib/dpkg/lock is held by process 11 (python3)"));
    }
    SECTION("of the archives, which apt does not wait for") {
        machine.locks.hold("/var/cache/apt/archives/lock", "", minutes(2));
        machine.on("--download-only", [&](const Command&) {
            CHECK(machine.clocks.boot() >= BootTime(minutes(2)));
            return Answer::exits(0);
        });
        CHECK_FALSE(machine.apt().download(machine.batch, machine.context).refused);
    }
    SECTION("a disk that apt finds too small") {
        machine.on("--download-only", captured(100, "download.full-archives"));
        CHECK(machine.apt().download(machine.batch, machine.context).refused->reason == Reason::disk_full);
    }
}

TEST_CASE("What the resolver refuses while downloading the batches will find out", "[apt][download]") {
    AptMachine machine;
    machine.on("--download-only", captured(100, "install.impossible"));
    const Download download = machine.apt().download(machine.batch, machine.context);
    CHECK(download.failures.empty());
    CHECK_FALSE(download.refused);
}

TEST_CASE("A download that hangs, or has no time left, is refused", "[apt][download]") {
    AptMachine machine;
    machine.on("--download-only", [](const Command&) { return Answer{.takes = std::chrono::hours(9)}; });
    CHECK(machine.apt().download(machine.batch, machine.context).refused->reason == Reason::download_failed);
    machine.context.deadline = {machine.clocks.boot()};
    CHECK(machine.apt().download(machine.batch, machine.context).refused->reason == Reason::no_time_left);
}

TEST_CASE("An installation runs detached, asks nothing and touches nothing else", "[apt][install]") {
    AptMachine machine;
    machine.on("install gp-sec=1.1 gp-upd=1.1", Answer::exits(0, golden("apt/debian-12.install.good.stdout")));
    const InstallOutcome outcome = machine.apt().install(machine.batch, machine.context);
    CHECK(outcome.failures.empty());
    CHECK_FALSE(outcome.refused);
    CHECK(outcome.left_running.empty());
    CHECK(outcome.complaint.empty());
    const Command command = machine.processes.commands().front();
    const std::string line = machine.processes.command_lines().front();
    CHECK(line.starts_with("nice -n 10 apt-get -y "));
    for (const char* option : {"Dpkg::Use-Pty=0", "Dpkg::Options::=--force-confold", "Dpkg::Options::=--force-confdef",
                               "--no-remove", "APT::Get::AutomaticRemove=false"}) {
        CHECK(line.find(option) != std::string::npos);
    }
    for (const char* option : {"Status-Fd", "--allow", "--force-yes", "preferences"}) {
        CHECK(line.find(option) == std::string::npos);
    }
    CHECK(std::ranges::find(command.environment, "DEBIAN_FRONTEND=noninteractive") != command.environment.end());
    CHECK(heard(machine.progress, "configuring"));
    CHECK(machine.processes.await(machine.batch.job, {}, {}, {}));
}

TEST_CASE("Removals go in only where the administrator allows them", "[apt][install]") {
    AptMachine machine;
    machine.settings.allow_removals = true;
    machine.on("install gp-sec=1.1 gp-upd=1.1", Answer::exits(0));
    machine.apt().install(machine.batch, machine.context);
    CHECK(machine.runs("--no-remove") == 0);
}

TEST_CASE("Excluded packages are out of the resolver's reach, and the administrator's pins stay", "[apt][install]") {
    AptMachine machine;
    const Path file = Path("/var/cache/guestpatch") / "untouchable.preferences";
    machine.batch.untouchable = {{"gp-both", "1.2"}, {"gp-lib:i386", "1.1"}};
    machine.files.put("/etc/apt/preferences", "Package: x\nPin: version 1\nPin-Priority: 1001\n");
    machine.on("install gp-sec=1.1 gp-upd=1.1", [&](const Command&) {
        CHECK(*machine.files.read(file) ==
              "Package: gp-both\nPin: version *\nPin-Priority: -1\n\n"
              "Package: gp-lib:i386\nPin: version *\nPin-Priority: -1\n\n"
              "Package: x\nPin: version 1\nPin-Priority: 1001\n");
        return Answer::exits(0);
    });
    machine.apt().install(machine.batch, machine.context);
    machine.apt().download(machine.batch, machine.context);
    CHECK(machine.runs("-o Dir::Etc::preferences=" + file.string()) == 2);
    CHECK(machine.files.readers(file) == Readers::owner);
}

TEST_CASE("What cannot be protected is not put at risk", "[apt][install]") {
    AptMachine machine;
    machine.batch.untouchable = {{"gp-both", "1.2"}};
    SECTION("for want of space") {
        machine.files.fill_disk();
        CHECK(machine.apt().install(machine.batch, machine.context).refused->reason == Reason::disk_full);
    }
    SECTION("because the administrator's pins cannot be read") {
        machine.files.put("/etc/apt/preferences", "");
        machine.files.forbid("/etc/apt/preferences");
        CHECK(machine.apt().download(machine.batch, machine.context).refused);
        CHECK(machine.apt().install(machine.batch, machine.context).refused);
    }
    CHECK(machine.processes.commands().empty());
}

TEST_CASE("A failing script is its own package's failure", "[apt][install]") {
    AptMachine machine;
    machine.batch.patches = {patch("gp-debian", "8"), patch("gp-sec", "1.1"), patch("gp-vendor", "9.1")};
    machine.on("install gp-debian=8 gp-sec=1.1 gp-vendor=9.1", captured(100, "install.postinst"));
    const InstallOutcome outcome = machine.apt().install(machine.batch, machine.context);
    CHECK_FALSE(outcome.refused);
    REQUIRE(names_of(outcome.failures) == std::vector<std::string>{"gp-debian", "gp-vendor"});
    CHECK(outcome.failures[0].reason == Reason::prerequisite_missing);
    CHECK(outcome.failures[1].reason == Reason::script_failed);
    CHECK(outcome.complaint == "Sub-process /usr/bin/dpkg returned an error code (1)");
}

TEST_CASE("A refusal says why nothing was unpacked", "[apt][install]") {
    const auto [name, reason] = GENERATE(std::pair{"install.frontend-locked", Reason::lock_held},
                                         std::pair{"install.spoiled", Reason::download_failed},
                                         std::pair{"install.impossible", Reason::prerequisite_missing},
                                         std::pair{"install-removal.impossible", Reason::would_remove},
                                         std::pair{"install-held.impossible", Reason::held},
                                         std::pair{"install.untouchable", Reason::prerequisite_missing},
                                         std::pair{"download.full-archives", Reason::disk_full});
    CAPTURE(name);
    AptMachine machine;
    machine.on("install gp-sec=1.1 gp-upd=1.1", captured(100, name));
    const InstallOutcome outcome = machine.apt().install(machine.batch, machine.context);
    REQUIRE(outcome.refused);
    CHECK(outcome.refused->reason == reason);
    CHECK(outcome.refused->message == outcome.complaint);
    CHECK(names_of(outcome.failures) ==
          (reason == Reason::download_failed ? std::vector<std::string>{"gp-sec"} : std::vector<std::string>()));
}

TEST_CASE("A disk that fills up while unpacking is not a script's fault", "[apt][install]") {
    AptMachine machine;
    machine.batch.patches = {patch("gp-big", "1.0", "0.9"), patch("gp-sec", "1.1")};
    machine.on("install gp-big=1.0 gp-sec=1.1", captured(100, "install.full-disk"));
    const InstallOutcome outcome = machine.apt().install(machine.batch, machine.context);
    CHECK_FALSE(outcome.refused);
    REQUIRE(outcome.failures.size() == 1);
    CHECK(outcome.failures[0].reason == Reason::disk_full);
}

TEST_CASE("A stop request leaves the installation running, and says where", "[apt][install]") {
    AptMachine machine;
    machine.stop.request_stop();
    machine.on(
        "install gp-sec=1.1 gp-upd=1.1",
        Answer{.outcome = Completion{}, .pieces = {"Unpacking gp-sec (1.1) over (1.0) ...\n"}, .takes = minutes(30)});
    const InstallOutcome outcome = machine.apt().install(machine.batch, machine.context);
    CHECK(outcome.left_running == "process 4711");
    CHECK(outcome.failures.empty());
    CHECK(machine.clocks.boot() == BootTime(minutes(1)));
    SECTION("a later life collects it") {
        Context later{{BootTime(std::chrono::hours(3))}, {}, machine.progress, minutes(1)};
        machine.manager.reset();
        CHECK(machine.apt().collect(machine.batch, later).left_running.empty());
        CHECK(machine.processes.commands().size() == 1);
    }
    SECTION("asking for the same installation again starts no other") {
        Context later{{BootTime(std::chrono::hours(3))}, {}, machine.progress, minutes(1)};
        CHECK_FALSE(machine.apt().install(machine.batch, later).refused);
        CHECK(machine.clocks.boot() == BootTime(minutes(30)));
    }
}

TEST_CASE("An installation that goes silent for too long fails what is not installed by then", "[apt][install]") {
    AptMachine machine;
    machine.on("install gp-sec=1.1 gp-upd=1.1", [&](const Command&) {
        machine.database({stanza("gp-sec", "1.1"), stanza("gp-upd", "1.1", "install ok half-configured")});
        return Answer{.pieces = {"Setting up gp-upd (1.1) ...\n"}, .takes = std::chrono::hours(24)};
    });
    const InstallOutcome outcome = machine.apt().install(machine.batch, machine.context);
    REQUIRE(outcome.failures.size() == 1);
    CHECK(outcome.failures[0].id.name == "gp-upd");
    CHECK(outcome.failures[0].reason == Reason::silent_too_long);
    CHECK_FALSE(outcome.refused);
}

TEST_CASE("A power cut loses the exit status, not the verdict of the database", "[apt][install]") {
    AptMachine machine;
    machine.stop.request_stop();
    machine.on("install gp-sec=1.1 gp-upd=1.1", Answer{.takes = minutes(30)});
    machine.apt().install(machine.batch, machine.context);
    machine.clocks.reboot();
    const InstallOutcome outcome = machine.apt().collect(machine.batch, machine.context);
    CHECK_FALSE(outcome.refused);
    CHECK(outcome.failures.empty());
    CHECK_FALSE(outcome.complaint.empty());
    machine.database({stanza("gp-sec", "1.1"), stanza("gp-upd", "1.0", "install reinstreq half-installed")});
    CHECK(machine.apt().verify(machine.batch.patches) == std::vector<Presence>{Presence::installed, Presence::broken});
}

TEST_CASE("Collecting what was never launched starts nothing", "[apt][install]") {
    AptMachine machine;
    const InstallOutcome outcome = machine.apt().collect(machine.batch, machine.context);
    REQUIRE(outcome.refused);
    CHECK(*outcome.refused == Refusal{Reason::no_time_left, "was never started"});
    CHECK(machine.processes.commands().empty());
}

TEST_CASE("An installation that cannot be launched is refused", "[apt][install]") {
    AptMachine machine;
    CHECK(machine.apt().install(machine.batch, machine.context).refused->reason == Reason::no_time_left);
}

TEST_CASE("The database has the last word", "[apt][verify]") {
    AptMachine machine;
    machine.database(
        {stanza("newer", "1:0.5"), stanza("older", "1.0~rc1"), stanza("half", "1.1", "install ok unpacked"),
         stanza("failed", "1.1", "install ok half-configured"), stanza("waits", "1.1", "install ok triggers-awaited"),
         stanza("lib", "1.1"), stanza("lib", "1.0", "install ok installed", "i386"),
         stanza("gone", "1.1", "deinstall ok config-files")});
    std::vector<Patch> patches;
    for (const char* name : {"newer", "older", "half", "failed", "waits", "lib", "lib:i386", "gone", "never"}) {
        patches.push_back(patch(name, "1.0"));
    }
    patches[6].id.version = "1.1";
    using enum Presence;
    CHECK(machine.apt().verify(patches) ==
          std::vector<Presence>{installed, absent, broken, broken, installed, installed, absent, absent, absent});
    machine.files.erase("/var/lib/dpkg/status");
    CHECK_FALSE(machine.apt().verify(patches));
}
