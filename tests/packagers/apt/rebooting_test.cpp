#include "packagers/apt/rebooting.hpp"

#include "tests/catch.hpp"
#include "tests/packagers/apt/machine.hpp"

using namespace guestpatch;

TEST_CASE("The reboot flag tells since when and for which packages", "[apt][reboot]") {
    AptMachine machine;
    CHECK_FALSE(machine.apt().reboot_need(machine.context, Effort::glance)->required);
    machine.files.put("/run/reboot-required", "*** System restart required ***\n");
    machine.files.put("/run/reboot-required.pkgs", "libc6\nlinux-image-6.1\nlibc6\n");
    const auto need = machine.apt().reboot_need(machine.context, Effort::glance);
    REQUIRE(need);
    CHECK(need->required);
    CHECK(need->since);
    CHECK(need->reasons == std::vector<std::string>{"libc6", "linux-image-6.1"});
}

TEST_CASE("A newer kernel needs a reboot, flag or no flag", "[apt][reboot]") {
    AptMachine machine;
    machine.host.machine.kernel = "6.1.0-50-amd64";
    machine.files.put("/var/lib/dpkg/status",
                      "Package: linux-image-6.1.0-50-amd64\nStatus: install ok installed\nVersion: 6.1.1\nArchitecture: "
                      "amd64\n\nPackage: linux-image-6.1.0-51-amd64\nStatus: install ok installed\nVersion: "
                      "6.1.2\nArchitecture: amd64\n");
    const auto glance = machine.apt().reboot_need(machine.context, Effort::glance);
    REQUIRE(glance);
    CHECK(glance->required);
    CHECK(glance->reasons ==
          std::vector<std::string>{"linux-image-6.1.0-51-amd64 is newer than the running kernel 6.1.0-50-amd64"});
    CHECK(machine.processes.commands().empty());

    machine.processes.answer({"needrestart", "-b"},
                             Answer::prints("NEEDRESTART-KEXP: 6.1.0-51-amd64\nNEEDRESTART-KSTA: 3\n"
                                            "NEEDRESTART-SVC: cron.service\n"));
    const auto thorough = machine.apt().reboot_need(machine.context, Effort::thorough);
    REQUIRE(thorough);
    CHECK(thorough->reasons == glance->reasons);
    CHECK(thorough->services == std::vector<std::string>{"cron.service"});
}

TEST_CASE("needrestart helps where it is installed, and only there", "[apt][reboot]") {
    AptMachine machine;
    machine.host.machine.kernel = "6.1.0-50-amd64";
    SECTION("a kernel was replaced by one of the same name") {
        machine.processes.answer({"needrestart", "-b"}, Answer::prints("NEEDRESTART-KSTA: 2\n"));
        const auto need = machine.apt().reboot_need(machine.context, Effort::thorough);
        CHECK(need->required);
        CHECK(need->reasons ==
              std::vector<std::string>{"the running kernel 6.1.0-50-amd64 was replaced by a newer build"});
    }
    SECTION("it is not installed") {
        const auto need = machine.apt().reboot_need(machine.context, Effort::thorough);
        CHECK_FALSE(need->required);
        CHECK(machine.log.entries().empty());
    }
    SECTION("it fails") {
        machine.processes.answer({"needrestart", "-b"}, Answer::exits(1));
        CHECK_FALSE(machine.apt().reboot_need(machine.context, Effort::thorough)->required);
    }
}
