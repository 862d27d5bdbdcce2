#include <sstream>

#include "agent/cli/run.hpp"
#include "platform/base/json.hpp"
#include "tests/catch.hpp"
#include "tests/packagers/native_machine.hpp"

using namespace guestpatch;

namespace {

const Path file = "/etc/gp/50-configure.json";

/// A Debian machine with apt, one source and no patch, that updates itself.
struct World : NativeMachine {
    World() {
        files.put("/usr/bin/apt-get", "");
        files.put("/var/lib/dpkg/status",
                  "Package: dpkg\nStatus: install ok installed\nVersion: 1.21\nArchitecture: amd64\n");
        files.put("/var/lib/apt/lists/x_dists_s-security_InRelease", "Origin: Debian\nSuite: s-security\n");
        files.put("/var/lib/apt/lists/x_dists_s-security_main_binary-amd64_Packages", "abcd");
        processes.answer({"apt-get", "indextargets"},
                         Answer::prints("Packages\thttp://x s-security/main amd64 Packages\t/var/lib/apt/lists/"
                                        "x_dists_s-security_main_binary-amd64_Packages\tmain/binary-amd64/"
                                        "Packages\tamd64\t/etc/apt/sources.list:1\n"));
        processes.answer({"apt-cache", "policy"}, Answer::prints("dpkg:\n  Installed: 1.21\n  Candidate: 1.21\n  Version table:\n"
                                                                 " *** 1.21 100\n        100 /var/lib/dpkg/status\n"));
        processes.answer({"apt-get", "--print-uris"},
                         Answer::prints("0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n"));
        processes.answer({"apt-get", "update"}, Answer::exits(0));
    }

    int run(const std::vector<std::string>& words) {
        out.str("");
        err.str("");
        App app{seams, {{"/usr", "/etc/gp", "/run/gp"}, "/state", "/run/state", "/cache"}, {}, {}, out, err};
        const auto invocation = parse_arguments(words);
        if (!invocation) return static_cast<int>(report(app, false, invocation.error()));
        return static_cast<int>(guestpatch::run(app, *invocation));
    }
    std::string written() { return files.read(file).value_or(""); }

    std::ostringstream out;
    std::ostringstream err;
};

}  // namespace

TEST_CASE("configure writes its file first and then applies it", "[cli][patch_mode]") {
    World machine;
    const auto before = machine.shape();
    CHECK(machine.run({"configure", "--patch-mode", "AutomaticByPlatform"}) == 0);
    CHECK(machine.written() == "{\"patchSettings\":{\"patchMode\":\"AutomaticByPlatform\"}}\n");
    CHECK(machine.out.str().starts_with("changed: apt: apt-daily.timer: disabled and stopped\n"));
    CHECK(machine.out.str().find("\nPatchMode/AutomaticByPlatform: Enabled: guestpatch patches this machine\n") !=
          std::string::npos);
    CHECK(machine.units.units.at("apt-daily.timer").file == "disabled");

    CHECK(machine.run({"configure", "--assessment-mode", "AutomaticByPlatform"}) == 0);
    CHECK(machine.written() ==
          "{\"patchSettings\":{\"patchMode\":\"AutomaticByPlatform\",\"assessmentMode\":\"AutomaticByPlatform\"}}\n");
    CHECK(machine.run({"configure", "--patch-mode=ImageDefault", "--assessment-mode=ImageDefault"}) == 0);
    CHECK(machine.shape() == before);
}

TEST_CASE("It keeps whatever else its file holds", "[cli][patch_mode]") {
    World machine;
    machine.files.put(file,
                      "{ // mine\n\"log\": {\"level\": \"error\"}, \"patchSettings\": {\"assessmentMode\": "
                      "\"AutomaticByPlatform\",},}");
    CHECK(machine.run({"configure", "--patch-mode", "ImageDefault"}) == 0);
    CHECK(machine.written() ==
          "{\"log\":{\"level\":\"error\"},\"patchSettings\":{\"assessmentMode\":\"AutomaticByPlatform\",\"patchMode\":"
          "\"ImageDefault\"}}\n");
}

TEST_CASE("--json says the same as one document", "[cli][patch_mode]") {
    World machine;
    CHECK(machine.run({"configure", "--patch-mode", "AutomaticByPlatform", "--json"}) == 0);
    const auto document = parse_json(machine.out.str(), JsonDialect::strict);
    CHECK(document->find("configurationStatuses")->items.front().find("code")->text == "PatchMode/AutomaticByPlatform");
    CHECK(document->find("changed")->items.size() == 4);
    CHECK(machine.run({"status", "--json"}) == 0);
    CHECK(parse_json(machine.out.str(), JsonDialect::strict)
              ->find("patchStatus")
              ->find("configurationStatuses")
              ->items.size() == 3);
}

TEST_CASE("Without options it shows what is applied, to anybody, and changes nothing", "[cli][patch_mode]") {
    World machine;
    machine.host.root = false;
    CHECK(machine.run({"configure"}) == 0);
    CHECK(machine.out.str() == "patch mode: ImageDefault, assessment mode: ImageDefault\n");
    CHECK(machine.run({"configure", "--json"}) == 0);
    CHECK(machine.out.str() == "{\"configurationStatuses\":[],\"changed\":[]}\n");
    CHECK(machine.files.durable_writes() == 0);
    CHECK(machine.run({"configure", "--patch-mode", "AutomaticByPlatform"}) == 77);
    CHECK(machine.files.durable_writes() == 0);
}

TEST_CASE("A mode this system does not have is refused before anything is written", "[cli][patch_mode]") {
    World machine;
    CHECK(machine.run({"configure", "--patch-mode", "Manual"}) == 2);
    CHECK(machine.err.str() ==
          "guestpatch: --patch-mode: \"Manual\" does not exist on Linux; use ImageDefault or AutomaticByPlatform\n");
    CHECK(machine.run({"configure", "--patch-mode", "automatic"}) == 2);
    CHECK(machine.run({"configure", "--assessment-mode", "Manual"}) == 2);
    machine.host.machine.os_type = "Windows";
    CHECK(machine.run({"configure", "--patch-mode", "ImageDefault"}) == 2);
    CHECK(machine.files.durable_writes() == 0);
}

TEST_CASE("A stronger file is named, and its word applied", "[cli][patch_mode]") {
    World machine;
    machine.files.put("/run/gp/90-x.json", R"({"patchSettings": {"patchMode": "ImageDefault"}})");
    CHECK(machine.run({"configure", "--patch-mode", "AutomaticByPlatform"}) == 3);
    CHECK(machine.out.str().find(
              "warning: Configuration/Overridden: Overridden: patchSettings.patchMode is \"ImageDefault\" all the "
              "same: " + (Path("/run/gp") / "90-x.json").string() + ":1 comes later than 50-configure.json\n") != std::string::npos);
    CHECK(machine.units.units.at("apt-daily.timer").file == "enabled");
}

TEST_CASE("A masked file stays masked", "[cli][patch_mode]") {
    World machine;
    machine.files.put(file, FileKind::null_device);
    CHECK(machine.run({"configure", "--patch-mode", "AutomaticByPlatform"}) == 2);
    CHECK(machine.files.info(file)->kind == FileKind::null_device);
}

TEST_CASE("While another operation runs it is written, and that is said", "[cli][patch_mode]") {
    World machine;
    machine.locks.hold("/state/lock",
                       R"({"kind":"Assessment","activityId":"a-1","pid":42,"startTime":"2026-06-10T11:59:00Z"})");
    CHECK(machine.run({"configure", "--patch-mode", "AutomaticByPlatform"}) == 75);
    CHECK(machine.written().find("AutomaticByPlatform") != std::string::npos);
    CHECK(machine.err.str().starts_with(
        "guestpatch: " + (Path("/etc/gp") / "50-configure.json").string() + " is written, but not applied yet: another operation is running"));
    CHECK(machine.units.changes == 0);
}

TEST_CASE("A first assessment that fails leaves native updates on", "[cli][patch_mode]") {
    World machine;
    machine.files.erase("/var/lib/dpkg/status");
    machine.files.put("/var/lib/dpkg/status", "");
    machine.processes.answer({"apt-get", "--print-uris"}, Answer::fails(Errc::failed, "no"));
    machine.files.forbid("/var/lib/dpkg/status");
    CHECK(machine.run({"configure", "--patch-mode", "AutomaticByPlatform"}) == 1);
    CHECK(machine.units.units.at("apt-daily.timer").file == "enabled");
}
