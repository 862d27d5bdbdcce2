#include "agent/cli/run.hpp"

#include <sstream>

#include "agent/wire/assessment_result.hpp"
#include "platform/base/json.hpp"
#include "tests/catch.hpp"
#include "tests/fakes/machine.hpp"

using namespace guestpatch;

namespace {

/// A Debian machine with apt, one security source and one Security patch.
struct World : FakeMachine {
    World() {
        files.put("/usr/bin/apt-get", "");
        files.put("/var/lib/dpkg/status",
                  "Package: dpkg\nStatus: install ok installed\nVersion: 1.21\nArchitecture: amd64\n\n"
                  "Package: curl\nStatus: install ok installed\nVersion: 7.0\nArchitecture: amd64\n");
        files.put("/var/lib/apt/lists/x_dists_s-security_InRelease", "Origin: Debian\nSuite: s-security\n");
        files.put("/var/lib/apt/lists/x_dists_s-security_main_binary-amd64_Packages", "abcd");
        processes.answer({"apt-get", "indextargets"},
                         Answer::prints("Packages\thttp://x s-security/main amd64 Packages\t/var/lib/apt/lists/"
                                        "x_dists_s-security_main_binary-amd64_Packages\tmain/binary-amd64/"
                                        "Packages\tamd64\t/etc/apt/sources.list:1\n"));
        processes.answer({"apt-cache", "policy"},
                         Answer::prints("curl:\n  Installed: 7.0\n  Candidate: 7.1\n  Version table:\n     7.1 500\n"
                                        "        500 http://x s-security/main amd64 Packages\n"
                                        " *** 7.0 100\n        100 /var/lib/dpkg/status\n"));
        processes.answer({"apt-get", "--print-uris"},
                         Answer::prints("The following packages will be upgraded:\n   curl (7.0 => 7.1)\n"
                                        "1 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n"));
        processes.answer({"apt-get", "update"}, Answer::exits(0));
    }

    int run(const std::vector<std::string>& words) {
        out.str("");
        err.str("");
        App app{seams, {{"/usr", "/etc/gp", "/run/gp"}, "/state", "/run/state", "/cache"}, console, {}, out, err};
        const auto invocation = parse_arguments(words);
        if (!invocation) return static_cast<int>(report(app, false, invocation.error()));
        return static_cast<int>(guestpatch::run(app, *invocation));
    }
    std::string error_code() { return parse_json(out.str(), JsonDialect::strict)->find("error")->find("code")->text; }

    Console console;
    std::ostringstream out;
    std::ostringstream err;
};

}  // namespace

TEST_CASE("assess prints one plain line a patch into a pipe, a table on a terminal", "[cli]") {
    World machine;
    CHECK(machine.run({"assess"}) == 0);
    CHECK(machine.out.str().starts_with("Security curl 7.0 -> 7.1 from http://x s-security\n"));
    CHECK(machine.out.str().ends_with("1 patch pending: 0 Critical, 1 Security, 0 Other\n"));
    CHECK(machine.err.str() == "refreshing package lists...\nresolving upgrades...\n");

    machine.console = {.out_is_terminal = true, .err_is_terminal = true, .columns = 80};
    CHECK(machine.run({"assess"}) == 0);
    CHECK(machine.out.str().find("\x1b[31mcurl") != std::string::npos);
    CHECK(machine.err.str().find('\r') != std::string::npos);
    CHECK(machine.run({"assess", "--no-color", "--progress", "none"}) == 0);
    CHECK(machine.out.str().find('\x1b') == std::string::npos);
    CHECK(machine.out.str().starts_with("CLASS     NAME"));
    CHECK(machine.err.str().empty());
}

TEST_CASE("--json is one document and nothing else", "[cli]") {
    World machine;
    CHECK(machine.run({"assess", "--json"}) == 0);
    CHECK(decode_assessment(machine.out.str())->patches.size() == 1);
    CHECK(machine.run({"status", "--json"}) == 0);
    CHECK(parse_json(machine.out.str(), JsonDialect::strict)->find("agent") != nullptr);
    CHECK(machine.run({"config", "show", "--json"}) == 0);
    CHECK(parse_json(machine.out.str(), JsonDialect::strict)->find("origins") != nullptr);
}

TEST_CASE("--check tells of pending Critical and Security patches by its exit code", "[cli]") {
    World machine;
    CHECK(machine.run({"assess", "--check"}) == 100);
    machine.files.erase("/var/lib/apt/lists");  // a blind spot warns, but pending patches weigh more
    CHECK(machine.run({"assess", "--check", "--no-refresh"}) == 100);
    CHECK(machine.run({"assess", "--no-refresh"}) == 3);
}

TEST_CASE("Without root only what changes nothing works", "[cli]") {
    World machine;
    machine.host.root = false;
    CHECK(machine.run({"assess", "--json"}) == 77);
    CHECK(machine.error_code() == "PERMISSION_DENIED");
    CHECK(machine.run({"assess", "--no-refresh"}) == 0);
    CHECK(machine.err.str().ends_with("guestpatch: not root: nothing was recorded\n"));
    CHECK_FALSE(machine.files.info("/state"));
    CHECK(machine.run({"status"}) == 0);
    CHECK(machine.run({"config", "check"}) == 0);
}

TEST_CASE("A second operation is refused, and status says what runs", "[cli]") {
    World machine;
    machine.locks.hold("/state/lock", R"({"kind":"Assessment","activityId":"a-1","pid":42,"startTime":"2026-06-10T11:59:00Z"})");
    CHECK(machine.run({"assess"}) == 75);
    CHECK(machine.err.str() == "guestpatch: another operation is running: Assessment a-1, started 1 min ago (pid 42)\n");
    CHECK(machine.run({"status"}) == 0);
    CHECK(machine.out.str().starts_with("running: Assessment a-1 for 1 min\n"));
}

TEST_CASE("A ceiling that cannot be honoured is refused before anything is done", "[cli]") {
    World machine;
    CHECK(machine.run({"assess", "--max-publish-date", "2026-01-01T00:00:00Z"}) == 2);
    CHECK(machine.err.str().find("apt's sources do not say when a version was published") != std::string::npos);
    CHECK(machine.processes.commands().empty());
    CHECK_FALSE(machine.files.info("/state"));
}

TEST_CASE("Configuration faults stop every command but the one about them", "[cli]") {
    World machine;
    machine.files.put("/etc/gp/1.json", "{\n\"log\": {\"level\": \"loud\"}}");
    CHECK(machine.run({"assess"}) == 2);
    const std::string file = (Path("/etc/gp") / "1.json").string();  // as this system writes paths
    CHECK(machine.err.str().starts_with("guestpatch: " + file + ":2: log.level: expected one of"));
    CHECK(machine.run({"config", "check"}) == 2);
    CHECK(machine.out.str().starts_with(file + ":2: error: log.level"));
    machine.files.put("/etc/gp/1.json", R"({"log": {"level": "debug"}})");
    CHECK(machine.run({"config", "check"}) == 0);
    CHECK(machine.log.least_asked == LogLevel::debug);
}

TEST_CASE("What a host asks for is seen, and so is what is not done of it, and why", "[cli]") {
    World machine;
    const std::string window = R"("maintenanceWindow": {"startDateTime": "2026-11-01 22:30", "duration": "01:00", "timeZone": "UTC"})";
    machine.files.put("/state/goalState.json", R"({"goalSequence": 1, "patchSettings": {"patchMode": "AutomaticByPlatform"},
        "maintenanceConfigurations": [{"id": "m", )" + window + R"(}, {"id": "n", "filter": {"osTypes": ["Windows"]}, )" + window + "}]}");
    CHECK(machine.run({"windows"}) == 0);
    CHECK(machine.out.str().starts_with("no windows: prerequisites not met"));
    CHECK(machine.run({"config", "show", "--json"}) == 0);
    const auto shown = parse_json(machine.out.str(), JsonDialect::strict);
    REQUIRE(shown);
    CHECK(shown->find("origins")->find("patchSettings.patchMode")->text == (Path("/state") / "goalState.json").string() + ":1");
    REQUIRE(shown->find("outOfScope")->items.size() == 1);
    CHECK(shown->find("outOfScope")->items[0].text == "n");
    machine.files.put("/state/goalState.json", "{");
    CHECK(machine.run({"config", "check"}) == 0);
    CHECK(machine.out.str().find("warning: ") != std::string::npos);
}

TEST_CASE("A time zone nobody knows is a fault, not a machine without windows", "[cli]") {
    World machine;
    machine.files.put("/etc/gp/1.json", "{\"offPeak\": {\n\"timeZone\": \"Mars/Base\"}}");
    const std::string where = (Path("/etc/gp") / "1.json").string() + ":2: ";
    for (const char* command : {"assess", "install", "status", "windows", "plan", "run"}) {
        CAPTURE(command);
        CHECK(machine.run({command}) == 2);
        CHECK(machine.err.str().starts_with("guestpatch: " + where + "offPeak.timeZone: no time zone is called \"Mars/Base\""));
    }
    CHECK(machine.run({"config", "check"}) == 2);
    CHECK(machine.out.str() == where + "error: offPeak.timeZone: no time zone is called \"Mars/Base\"\n1 files read, 1 errors, 0 warnings\n");
}

TEST_CASE("A machine without a package manager we know gets a clear error", "[cli]") {
    World machine;
    machine.files.erase("/usr/bin/apt-get");
    CHECK(machine.run({"assess"}) == 1);
    CHECK(machine.err.str().find("no package manager that guestpatch can drive") != std::string::npos);
    CHECK(machine.run({"assess", "--package-manager", "zypper"}) == 1);
    CHECK(machine.run({"assess", "--package-manager", "pacman"}) == 2);
}

TEST_CASE("history lists runs, the newest first, and shows one patch by patch", "[cli]") {
    World machine;
    CHECK(machine.run({"history"}) == 0);
    CHECK(machine.out.str() == "no run is recorded; `guestpatch assess` records one\n");
    CHECK(machine.run({"assess"}) == 0);
    machine.clocks.tick(seconds(60));
    CHECK(machine.run({"assess", "--json"}) == 0);
    const std::string newest = decode_assessment(machine.out.str())->activity_id;
    machine.host.root = false;
    CHECK(machine.run({"history"}) == 0);
    CHECK(machine.out.str().starts_with("2026-06-10T12:01:00Z Assessment " + newest + " Succeeded: 0 critical, 1 security, 0 other\n2026"));
    CHECK(machine.run({"history", newest}) == 0);
    CHECK(machine.out.str().starts_with("Security curl 7.0 -> 7.1"));
    CHECK(machine.run({"history", newest, "--json"}) == 0);
    CHECK(decode_assessment(machine.out.str())->activity_id == newest);
    CHECK(machine.run({"history", "--json"}) == 0);
    CHECK(parse_json(machine.out.str(), JsonDialect::strict)->find("runs")->items.size() == 2);
    CHECK(machine.run({"history", "../../etc/passwd", "--json"}) == 1);
    CHECK(machine.error_code() == "NOT_FOUND");
}

TEST_CASE("status of a machine never assessed says what to do", "[cli]") {
    World machine;
    CHECK(machine.run({"status"}) == 0);
    CHECK(machine.out.str().starts_with("last assessment: none; run `guestpatch assess`\n"));
}

TEST_CASE("A compliant machine nobody looked at for three days is unknown", "[cli]") {
    World machine;
    CHECK(machine.run({"assess"}) == 0);
    CHECK(machine.out.str().find("compliance: Compliant") != std::string::npos);
    machine.clocks.tick(std::chrono::days(3) + seconds(1));
    CHECK(machine.run({"status"}) == 0);
    CHECK(machine.out.str().find("compliance: Unknown") != std::string::npos);
}

TEST_CASE("plan rests on the last assessment, needs no root and writes nothing", "[cli]") {
    World machine;
    CHECK(machine.run({"plan", "--json"}) == 1);
    CHECK(machine.error_code() == "NOT_FOUND");
    machine.run({"assess"});
    machine.host.root = false;
    const int before = machine.files.durable_writes();
    CHECK(machine.run({"plan"}) == 0);
    CHECK(machine.out.str() == "batch 1: 1 patch, about 1 min (a default)\n  Security curl 7.0 -> 7.1\nreboot expected: no\nassessed 0 s ago\n"
                               "1 patch in 1 batch, about 1 min\n");
    CHECK(machine.run({"plan", "--exclude", "curl", "--json"}) == 0);
    const Json document = *parse_json(machine.out.str(), JsonDialect::strict);
    CHECK(document.find("batches")->items.empty());
    CHECK(document.find("leftOut")->items.at(0).find("reason")->text == "EXCLUDED");
    CHECK(document.find("window")->kind == Json::Kind::null);
    CHECK(machine.run({"plan", "--maximum-duration", "PT1M", "--reboot", "Never"}) == 0);
    CHECK(machine.out.str().contains("[NO_TIME_LEFT]"));
    CHECK(machine.files.durable_writes() == before);
}

TEST_CASE("install wants root, and a selection", "[cli]") {
    World machine;
    CHECK(machine.run({"install", "--classifications", "none"}) == 2);
    machine.host.root = false;
    CHECK(machine.run({"install", "--json"}) == 77);
    CHECK(machine.error_code() == "PERMISSION_DENIED");
    CHECK(machine.files.durable_writes() == 0);
}

TEST_CASE("a dry run says what would go in and installs nothing", "[cli]") {
    World machine;
    CHECK(machine.run({"install", "--dry-run", "--json"}) == 0);
    const Json document = *parse_json(machine.out.str(), JsonDialect::strict);
    CHECK(document.find("status")->text == "Succeeded");
    CHECK(document.find("pendingPatchCount")->text == "1");
    CHECK(document.find("guestpatch")->find("dryRun")->boolean);
    for (const std::string& line : machine.processes.command_lines()) CHECK_FALSE(line.contains("install"));
    CHECK_FALSE(machine.files.info("/state/installations"));
}
