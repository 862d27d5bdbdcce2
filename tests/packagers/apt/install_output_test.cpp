#include "packagers/apt/install_output.hpp"

#include "tests/catch.hpp"
#include "tests/packagers/golden.hpp"

using namespace guestpatch;
using namespace guestpatch::apt;

namespace {

/// What apt printed in a captured case; one that complained about nothing left no file of standard error.
InstallReport captured(const std::string& name, bool complained = true) {
    const std::string start = "apt/debian-12." + name;
    return parse_install(golden(start + ".stdout"), complained ? golden(start + ".stderr") : std::string());
}

Patch patch(const std::string& name, const std::string& architecture = "amd64") {
    return {.id = {name, "1.1"}, .architecture = architecture};
}

}  // namespace

TEST_CASE("A good run has no faults", "[apt][install]") {
    const InstallReport report = captured("install.good", false);
    CHECK(report.touched);
    CHECK(report.faults.empty());
    CHECK(report.complaint.message.empty());
    CHECK_FALSE(captured("install-again.good", false).touched);
}

TEST_CASE("A failing preinst is laid at its package's door, by the archive's name", "[apt][install]") {
    const InstallReport report = captured("install.preinst");
    REQUIRE(report.faults.size() == 1);
    CHECK(report.faults[0].name == "gp-vendor");
    CHECK(report.faults[0].architecture == "all");
    CHECK(report.faults[0].reason == Reason::script_failed);
    CHECK(report.faults[0].message ==
          "new gp-vendor package pre-installation script subprocess returned error exit status 7");
    CHECK(report.touched);
}

TEST_CASE("Many archives are numbered in a folder of apt's own", "[apt][install]") {
    const InstallReport report = captured("install.preinst-many");
    REQUIRE(report.faults.size() == 1);
    CHECK(report.faults[0].name == "gp-epoch");
}

TEST_CASE("A failing postinst takes with it what depends on it, and nothing else", "[apt][install]") {
    const InstallReport report = captured("install.postinst");
    REQUIRE(report.faults.size() == 2);
    CHECK(report.faults[0] == PackageFault{"gp-vendor", "", Reason::script_failed,
                                           "installed gp-vendor package post-installation script subprocess returned "
                                           "error exit status 7"});
    CHECK(report.faults[1] ==
          PackageFault{"gp-debian", "", Reason::prerequisite_missing, "dependency problems - leaving unconfigured"});
    const auto failures = failures_among({patch("gp-sec"), patch("gp-debian"), patch("gp-vendor")}, report.faults);
    REQUIRE(failures.size() == 2);
    CHECK(failures[0].id.name == "gp-debian");
    CHECK(failures[1].id.name == "gp-vendor");
}

TEST_CASE("A changed configuration file is no fault", "[apt][install]") {
    CHECK(captured("install.conffile").faults.empty());
    CHECK(captured("install.conffile").complaint.message.empty());
}

TEST_CASE("What apt refuses as a whole is told apart", "[apt][install]") {
    struct Row {
        const char* name;
        Reason reason;
        const char* message;
    };
    const auto [name, reason, message] = GENERATE(
        Row{"install.impossible", Reason::prerequisite_missing,
            "Unable to correct problems, you have held broken packages. gp-broken : Depends: gp-nosuch (>= 9) but it "
            "is "
            "not installable"},
        Row{"install-removal.impossible", Reason::would_remove, "Packages need to be removed but remove is disabled."},
        Row{"install-held.impossible", Reason::held,
            "Held packages were changed and -y was used without --allow-change-held-packages."},
        Row{"install-no-version.impossible", Reason::prerequisite_missing, "Version '7' for 'gp-sec' was not found"},
        Row{"install.frontend-locked", Reason::lock_held,
            "/var/lib/dpkg/lock-frontend is held by process 11 (python3)"},
        Row{"install.dpkg-locked", Reason::lock_held, "/var/lib/dpkg/lock is held by process 11 (python3)"},
        Row{"download.archives-locked", Reason::lock_held, nullptr},
        Row{"download.full-archives", Reason::disk_full,
            "You don't have enough free space in /var/cache/apt/archives/."},
        Row{"install.killed", Reason::prerequisite_missing, nullptr},
        Row{"install.unmet", Reason::prerequisite_missing, nullptr},
        Row{"install.untouchable", Reason::prerequisite_missing,
            "Unable to correct problems, you have held broken packages. gp-vendor : Depends: gp-sec (>= 1.1) but 1.0 "
            "is "
            "to be installed"});
    CAPTURE(name);
    const InstallReport report = captured(name);
    CHECK_FALSE(report.touched);
    CHECK(report.faults.empty());
    CHECK(report.complaint.reason == reason);
    if (message != nullptr) CHECK(report.complaint.message == message);
}

TEST_CASE("dpkg names whoever holds its lock by number", "[apt][install]") {
    const InstallReport report = captured("configure.frontend-locked");
    CHECK(report.complaint.reason == Reason::lock_held);
    CHECK(report.complaint.message.find("pid 11") != std::string::npos);
}

TEST_CASE("Archives that could not be fetched are named, with their escaped characters", "[apt][install]") {
    const InstallReport report = captured("download.spoiled");
    const auto failures =
        failures_among({patch("gp-both"), patch("gp-epoch"), patch("gp-plus++"), patch("gp-sec")}, report.faults);
    REQUIRE(failures.size() == 3);
    CHECK(failures[0].id.name == "gp-epoch");
    CHECK(failures[0].reason == Reason::download_failed);
    CHECK(failures[0].message == "Hash Sum mismatch");
    CHECK(failures[1].id.name == "gp-plus++");
    CHECK(failures[2].message.starts_with("404  File not found"));
    CHECK(report.complaint.reason == Reason::download_failed);
    CHECK_FALSE(captured("install.spoiled").touched);
    CHECK(captured("download.cut").faults.size() == 1);
    CHECK(captured("download.dead-mirror").faults.size() == 2);
}

TEST_CASE("A full disk is told from a failing script", "[apt][install]") {
    const InstallReport report = captured("install.full-disk");
    REQUIRE(report.faults.size() == 1);
    CHECK(report.faults[0].name == "gp-big");
    CHECK(report.faults[0].reason == Reason::disk_full);
    const InstallReport fatal =
        parse_install("Setting up a (1) ...\n",
                      "dpkg: unrecoverable fatal error, aborting:\n unable to fill /var/lib/dpkg/updates/tmp.i with "
                      "padding: No space "
                      "left on device\nE: Sub-process /usr/bin/dpkg returned an error code (2)\n");
    CHECK(fatal.complaint.reason == Reason::disk_full);
}

TEST_CASE("Of one package's architectures the right one is blamed", "[apt][install]") {
    const std::vector<Patch> both{patch("gp-lib"), patch("gp-lib:i386", "i386")};
    const auto blamed = [&](const PackageFault& fault) {
        std::string names;
        for (const auto& failure : failures_among(both, {fault})) names += failure.id.name + " ";
        return names;
    };
    CHECK(blamed({.name = "gp-lib:i386"}) == "gp-lib:i386 ");
    CHECK(blamed({.name = "gp-lib:amd64"}) == "gp-lib ");
    CHECK(blamed({.name = "gp-lib"}) == "gp-lib ");
    CHECK(blamed({.name = "gp-lib", .architecture = "i386"}) == "gp-lib:i386 ");
    CHECK(blamed({.name = "gp-library"}).empty());
    // A package may move from one architecture to all of them.
    CHECK(failures_among({patch("gp-sec", "amd64")}, {{.name = "gp-sec", .architecture = "all"}}).size() == 1);
    CHECK(failures_among({patch("gp-sec", "all")}, {{.name = "gp-sec", .architecture = "amd64"}}).size() == 1);
}

TEST_CASE("Whoever holds a lock is found in any of apt's sentences", "[apt][install]") {
    CHECK(
        lock_holder("Waiting for cache lock: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 11 "
                    "(unattended-upgr)...") == "/var/lib/dpkg/lock-frontend is held by process 11 (unattended-upgr)");
    CHECK(lock_holder("Could not get lock /x. It is held by process 4") == "/x is held by process 4");
    CHECK_FALSE(lock_holder("Could not get lock /x"));
    CHECK_FALSE(lock_holder(". It is held by ould not get lock "));
}
