#include "platform/host.hpp"

#include <sys/utsname.h>
#include <systemd/sd-id128.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "platform/base/guid.hpp"
#include "platform/base/os_release.hpp"
#include "platform/linux/supply.hpp"

namespace guestpatch {
namespace {

// Our application id for sd-id128(3): the machine id itself must not be published.
constexpr sd_id128_t application_id{
    .bytes = {0x8b, 0x3f, 0x1d, 0x5a, 0x6c, 0x9e, 0x4f, 0x02, 0xa7, 0x44, 0x0d, 0x9b, 0x71, 0xe2, 0x5c, 0x36}};

std::string slurp(const char* path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::string machine_id() {
    sd_id128_t id{};
    if (sd_id128_get_machine_app_specific(application_id, &id) != 0) return "";
    GuidBytes bytes{};
    std::ranges::copy(id.bytes, bytes.begin());
    return format_guid(bytes);
}

class LinuxHost final : public Host {
  public:
    HostFacts facts() override {
        utsname system{};
        ::uname(&system);
        HostFacts facts{.machine_id = machine_id(),
                        .host_name = system.nodename,
                        .os_type = "Linux",
                        .architecture = system.machine,
                        .kernel = system.release};
        std::string text = slurp("/etc/os-release");
        if (text.empty()) text = slurp("/usr/lib/os-release");
        facts.os_release = parse_os_release(text);
        facts.os_name = short_os_name(facts.os_release);
        facts.os_version = facts.os_release["VERSION_ID"];
        return facts;
    }

    bool privileged() override { return ::geteuid() == 0; }

    Supply supply() override {
        return {.on_battery = os::on_battery("/sys/class/power_supply"), .metered = os::network_is_metered()};
    }
};

}  // namespace

std::unique_ptr<Host> make_host() { return std::make_unique<LinuxHost>(); }

}  // namespace guestpatch
