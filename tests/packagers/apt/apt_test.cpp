#include "packagers/apt/apt.hpp"

#include <algorithm>

#include "tests/catch.hpp"
#include "tests/fakes/machine.hpp"
#include "tests/fakes/progress.hpp"
#include "tests/packagers/golden.hpp"

using namespace guestpatch;

namespace {

const std::string release_path = "/var/lib/apt/lists/x_dists_stable-security_InRelease";
const std::string list_path = "/var/lib/apt/lists/x_dists_stable-security_main_binary-amd64_Packages";

/// A machine with one security source, one package to upgrade and one up to date.
struct Machine : FakeMachine {
    Machine() {
        files.put("/var/lib/dpkg/status",
                  "Package: dpkg\nStatus: install ok installed\nVersion: 1.21\nArchitecture: amd64\n\n"
                  "Package: curl\nStatus: install ok installed\nVersion: 7.0\nArchitecture: amd64\n");
        files.put(release_path,
                  "Origin: Debian\nLabel: Debian-Security\nSuite: stable-security\nArchitectures: amd64\nSHA256:\n"
                  " 00 4 main/binary-amd64/Packages\n");
        files.put(list_path, "abcd");
        processes.answer({"apt-get", "indextargets"},
                         Answer::prints("Packages\thttp://x stable-security/main amd64 Packages\t" + list_path +
                                        "\tmain/binary-amd64/Packages\tamd64\t/etc/apt/sources.list:1\n"));
        processes.answer({"apt-cache", "policy"},
                         Answer::prints("curl:\n  Installed: 7.0\n  Candidate: 7.1\n  Version table:\n     7.1 500\n"
                                        "        500 http://x stable-security/main amd64 Packages\n *** 7.0 100\n      "
                                        "  100 /var/lib/dpkg/status\n"));
    }

    void plan(const std::string& text) { processes.answer({"apt-get", "--print-uris"}, Answer::prints(text)); }
    void upgradable() {
        plan(
            "The following packages will be upgraded:\n   curl (7.0 => 7.1)\n1 upgraded, 0 newly installed, 0 to "
            "remove and 0 not upgraded.\n"
            "'http://x/curl_7.1_amd64.deb' curl_7.1_amd64.deb 300 SHA256:00\n");
    }
    void updates_to(int status, const std::string& err) {
        processes.answer({"apt-get", "update"}, Answer::exits(status, "", err));
    }

    std::unique_ptr<PackageManager> apt(bool allow_removals = false) {
        return apt::make_apt(seams,
                             {.allow_removals = allow_removals, .private_cache = "/var/cache/guestpatch"});
    }
    std::size_t runs(std::string_view start) {
        const auto lines = processes.command_lines();
        return static_cast<std::size_t>(
            std::ranges::count_if(lines, [start](const std::string& line) { return line.starts_with(start); }));
    }

    FakeProgress progress;
    Context context{{}, {}, progress};
};

bool has(const std::vector<BlindSpot>& spots, BlindSpotCode code) {
    return std::ranges::any_of(spots, [code](const BlindSpot& spot) { return spot.code == code; });
}

}  // namespace

TEST_CASE("A look asks apt three questions and finds the patch", "[apt]") {
    Machine machine;
    machine.upgradable();
    const auto sight = machine.apt()->pending(machine.context);
    REQUIRE(sight);
    REQUIRE(sight->patches.size() == 1);
    CHECK(sight->patches.front().id == PatchId{"curl", "7.1"});
    CHECK(sight->patches.front().classification == Classification::security);
    CHECK(sight->patches.front().download_bytes == 300);
    CHECK(sight->blind_spots.empty());
    CHECK(machine.processes.commands().size() == 3);
}

TEST_CASE("A refresh and the look after it ask for the sources once", "[apt]") {
    Machine machine;
    machine.upgradable();
    machine.updates_to(0, "");
    const auto apt = machine.apt();
    CHECK(apt->refresh(machine.context).blind_spots.empty());
    CHECK(apt->pending(machine.context));
    CHECK(machine.processes.commands().size() == 4);
}

TEST_CASE("No command runs without a deadline or with the administrator's locale", "[apt]") {
    Machine machine;
    machine.upgradable();
    machine.updates_to(0, "");
    const auto apt = machine.apt();
    apt->refresh(machine.context);
    CHECK(apt->pending(machine.context));
    for (const Command& command : machine.processes.commands()) {
        CHECK(command.deadline > milliseconds(0));
        CHECK(command.silence > milliseconds(0));
    }
}

TEST_CASE("A source that could not be fetched is named, the rest is still assessed", "[apt]") {
    Machine machine;
    machine.upgradable();
    machine.updates_to(100,
                       "E: Failed to fetch http://x/dists/stable-security/InRelease  Could not connect\n"
                       "E: Some index files failed to download. They have been ignored, or old ones used instead.\n");
    const auto apt = machine.apt();
    const Refresh refresh = apt->refresh(machine.context);
    REQUIRE(refresh.blind_spots.size() == 1);
    CHECK(refresh.blind_spots.front().source == "http://x stable-security");
    CHECK(refresh.blind_spots.front().code == BlindSpotCode::source_unreachable);
    CHECK(refresh.blind_spots.front().security);
    CHECK(apt->pending(machine.context)->patches.size() == 1);
}

TEST_CASE("A damaged list is removed before the refresh, and that is said", "[apt]") {
    Machine machine;
    machine.files.put(list_path, "");
    machine.processes.behave([](const Command& command) { return command.argv[1] == "update"; },
                             [&](const Command&) {
                                 CHECK_FALSE(machine.files.info(list_path));  // or apt would answer Hit and keep it
                                 machine.files.put(list_path, "abcd");
                                 return Answer::exits(0);
                             });
    machine.upgradable();
    const auto apt = machine.apt();
    const Refresh refresh = apt->refresh(machine.context);
    REQUIRE(refresh.notes.size() == 1);
    CHECK(refresh.notes.front().code == "LISTS_REBUILT");
    CHECK(apt->pending(machine.context)->blind_spots.empty());
}

TEST_CASE("A refresh that another apt blocks waits for it, then tries once more", "[apt]") {
    Machine machine;
    machine.processes.answer(
        {"apt-get", "update"},
        Answer::exits(100, "", "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 11 (apt)\n"), 1);
    SECTION("and succeeds") {
        machine.updates_to(0, "");
        CHECK(machine.apt()->refresh(machine.context).blind_spots.empty());
    }
    SECTION("and names the holder when it stays blocked") {
        machine.updates_to(100, "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 11 (apt)\n");
        const Refresh refresh = machine.apt()->refresh(machine.context);
        REQUIRE(has(refresh.blind_spots, BlindSpotCode::lock_held));
        CHECK(refresh.blind_spots.front().message.find("process 11 (apt)") != std::string::npos);
    }
    CHECK(machine.runs("apt-get update") == 2);
}

TEST_CASE("A refresh that fails without naming a source is a blind spot of its own", "[apt]") {
    Machine machine;
    machine.updates_to(100, "");
    CHECK(has(machine.apt()->refresh(machine.context).blind_spots, BlindSpotCode::refresh_failed));
}

TEST_CASE("A removal is looked into with one more question, and never allowed silently", "[apt]") {
    Machine machine;
    machine.processes.answer({"apt-get", "--print-uris", "-V", "-y", "--allow-downgrades", "-o",
                              "APT::Get::AutomaticRemove=false", "-o", "quiet=1", "upgrade"},
                             Answer::prints("The following packages have been kept back:\n   curl (7.0 => 7.1)\n"
                                            "0 upgraded, 0 newly installed, 0 to remove and 1 not upgraded.\n"));
    machine.plan(
        "The following packages will be REMOVED:\n   old (1)\nThe following packages will be upgraded:\n   curl (7.0 "
        "=> 7.1)\n"
        "1 upgraded, 0 newly installed, 1 to remove and 0 not upgraded.\n");
    CHECK(machine.apt()->pending(machine.context)->patches.front().held_back == HeldBack::would_remove);
    CHECK(machine.processes.commands().size() == 4);
    CHECK_FALSE(machine.apt(true)->pending(machine.context)->patches.front().held_back);
}

TEST_CASE("When the resolver gives up, the newer versions are listed all the same", "[apt]") {
    Machine machine;
    machine.processes.answer({"apt-get", "--print-uris"},
                             Answer::exits(100, "", "E: Unmet dependencies. Try 'apt --fix-broken install'\n"));
    const auto sight = machine.apt()->pending(machine.context);
    REQUIRE(sight);
    CHECK(has(sight->blind_spots, BlindSpotCode::resolver_failed));
    CHECK(sight->patches.front().held_back == HeldBack::kept_back);
}

TEST_CASE("Packages left half way are named", "[apt]") {
    Machine machine;
    machine.upgradable();
    machine.files.put("/var/lib/dpkg/updates/0001",
                      "Package: curl\nStatus: install ok unpacked\nVersion: 7.0\nArchitecture: amd64\n");
    const auto sight = machine.apt()->pending(machine.context);
    CHECK(sight->repair_needed);
    REQUIRE(has(sight->blind_spots, BlindSpotCode::packages_broken));
    CHECK(sight->blind_spots.back().message.find("curl") != std::string::npos);
}

TEST_CASE("A repair is needed after an interruption, not for triggers that wait", "[apt]") {
    Machine machine;
    machine.upgradable();
    const auto repair_needed = [&] { return machine.apt()->pending(machine.context)->repair_needed; };
    CHECK_FALSE(repair_needed());
    SECTION("a journal is left") {
        machine.files.put("/var/lib/dpkg/updates/tmp.i", "#padding\n");
        CHECK_FALSE(repair_needed());
        machine.files.put("/var/lib/dpkg/updates/0003",
                          "Package: curl\nStatus: install ok installed\nVersion: 7.0\nArchitecture: amd64\n");
        CHECK(repair_needed());
    }
    SECTION("triggers wait") {
        machine.files.put("/var/lib/dpkg/status",
                          "Package: curl\nStatus: install ok triggers-pending\nVersion: 7.0\nArchitecture: amd64\n");
        CHECK_FALSE(repair_needed());
    }
    SECTION("dependencies are not met") {
        Machine broken;
        broken.processes.answer({"apt-get", "--print-uris"},
                                Answer::exits(100, golden("apt/debian-12.print-uris.broken.stdout"),
                                              golden("apt/debian-12.print-uris.broken.stderr")));
        CHECK(broken.apt()->pending(broken.context)->repair_needed);
    }
}

TEST_CASE("No source at all is never up to date", "[apt]") {
    Machine machine;
    FakeProcessRunner empty;
    empty.answer({"apt-get", "indextargets"}, Answer::prints(""));
    empty.answer({"apt-cache", "policy"}, Answer::prints(""));
    empty.answer({"apt-get", "--print-uris"},
                 Answer::prints("0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n"));
    const auto apt =
        apt::make_apt(
        {machine.clocks, machine.files, machine.host, machine.locks, machine.log, empty, machine.rebooter,
         machine.zones, machine.units}, {});
    CHECK(has(apt->pending(machine.context)->blind_spots, BlindSpotCode::no_sources));
}

TEST_CASE("A stop request ends the look with no answer", "[apt]") {
    Machine machine;
    machine.upgradable();
    std::stop_source stop;
    stop.request_stop();
    Context context{{}, stop.get_token(), machine.progress};
    const auto sight = machine.apt()->pending(context);
    REQUIRE_FALSE(sight);
    CHECK(sight.error().code == Errc::cancelled);
}

TEST_CASE("Where the machine keeps no binary cache, a private one is used", "[apt]") {
    Machine machine;
    machine.upgradable();
    machine.files.put("/etc/apt/apt.conf.d/docker-clean", "Dir::Cache::pkgcache \"\"; Dir::Cache::srcpkgcache \"\";\n");
    CHECK(machine.apt()->pending(machine.context));
    const auto lines = machine.processes.command_lines();
    CHECK(std::ranges::count_if(lines, [](const std::string& line) {
              return line.contains("Dir::Cache::pkgcache=/var/cache/guestpatch");
          }) == 2);
}

TEST_CASE("A snapshot is asked for in every question, and known to Ubuntu's newer apt only", "[apt][snapshot]") {
    Machine machine;
    machine.upgradable();
    machine.updates_to(0, "");
    const auto apt = apt::make_apt(machine.seams, {.snapshot = *parse_instant("2026-03-01T03:04:00Z")});
    apt->refresh(machine.context);
    CHECK(apt->pending(machine.context));
    for (const std::string& line : machine.processes.command_lines()) {
        CAPTURE(line);
        CHECK((line.find("--snapshot 20260301T030400Z") != std::string::npos ||
               line.find("APT::Snapshot=20260301T030400Z") != std::string::npos));
    }

    const auto known = [&](const std::string& version) {
        machine.files.put("/var/lib/dpkg/status", "Package: apt\nStatus: install ok installed\nVersion: " + version +
                                                      "\nArchitecture: amd64\n");
        return apt::knows_snapshots(machine.seams);
    };
    CHECK_FALSE(known("2.9.0"));
    machine.host.machine.os_release["ID"] = "ubuntu";
    CHECK(known("2.9.0"));
    CHECK(known("2.4.11"));
    CHECK_FALSE(known("2.4.10"));
}
