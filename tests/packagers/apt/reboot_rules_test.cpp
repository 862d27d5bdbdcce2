#include "packagers/apt/reboot_rules.hpp"

#include "tests/catch.hpp"

using namespace guestpatch;
using namespace guestpatch::apt;

namespace {

InstalledPackages installed(const std::vector<std::string>& names) {
    InstalledPackages packages;
    for (const std::string& name : names) packages[name] = {.name = name, .version = "1", .architecture = "amd64"};
    return packages;
}

}  // namespace

TEST_CASE("Kernels always need a reboot, what is in use everywhere may", "[apt][reboot]") {
    CHECK(reboot_behavior("linux-image-6.1.0-51-amd64") == RebootBehavior::always_requires_reboot);
    CHECK(reboot_behavior("linux-image-generic") == RebootBehavior::always_requires_reboot);
    for (const char* name : {"libc6", "libc6:i386", "libssl3", "systemd", "libpam0g", "dbus", "intel-microcode"}) {
        CAPTURE(name);
        CHECK(reboot_behavior(name) == RebootBehavior::can_request_reboot);
    }
    CHECK(reboot_behavior("linux-headers-amd64") == RebootBehavior::unknown);
    CHECK(reboot_behavior("curl") == RebootBehavior::unknown);
}

TEST_CASE("A newer kernel of the running flavour is found", "[apt][reboot]") {
    const auto newest = [](const std::vector<std::string>& names, std::string_view running) {
        return newer_kernel(installed(names), running).value_or("");
    };
    CHECK(newest({"linux-image-6.1.0-50-amd64", "linux-image-6.1.0-9-amd64"}, "6.1.0-50-amd64").empty());
    CHECK(newest({"linux-image-6.1.0-50-amd64", "linux-image-6.1.0-51-amd64"}, "6.1.0-50-amd64") == "6.1.0-51-amd64");
    CHECK(newest({"linux-image-6.1.0-9-amd64", "linux-image-6.1.0-10-amd64"}, "6.1.0-9-amd64") == "6.1.0-10-amd64");
    CHECK(newest({"linux-image-6.1.0-50-amd64", "linux-image-6.1.0-51-cloud-amd64"}, "6.1.0-50-amd64").empty());
    CHECK(newest({"linux-image-6.12.9+bpo-amd64", "linux-image-6.12.12+bpo-amd64"}, "6.12.9+bpo-amd64") ==
          "6.12.12+bpo-amd64");
    CHECK(newest({"linux-image-unsigned-6.8.0-31-generic", "linux-image-6.8.0-40-generic"}, "6.8.0-31-generic") ==
          "6.8.0-40-generic");
    CHECK(newest({"linux-image-6.1.0-50-amd64-unsigned", "linux-image-6.1.0-51-amd64-dbg"}, "6.1.0-50-amd64").empty());
}

TEST_CASE("A kernel that is no package of this machine, or not wholly installed, says nothing", "[apt][reboot]") {
    CHECK_FALSE(newer_kernel(installed({"linux-image-6.1.0-51-amd64"}), "6.1.0-50-amd64"));
    CHECK_FALSE(newer_kernel(installed({"linux-image-6.1.0-51-amd64"}), "5.15.167.4-microsoft-standard-WSL2"));
    CHECK_FALSE(newer_kernel(installed({"linux-image-amd64"}), ""));
    InstalledPackages packages = installed({"linux-image-6.1.0-50-amd64", "linux-image-6.1.0-51-amd64"});
    packages["linux-image-6.1.0-51-amd64"].state = PackageState::unpacked;
    CHECK_FALSE(newer_kernel(packages, "6.1.0-50-amd64"));
}
