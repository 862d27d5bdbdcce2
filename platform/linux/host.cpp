#include "platform/host.hpp"

#include <fmt/format.h>
#include <sys/utsname.h>
#include <systemd/sd-id128.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "platform/base/os_release.hpp"

namespace guestpatch {
namespace {

// Our application id for sd-id128(3): the machine id itself must not be published.
constexpr sd_id128_t application_id = SD_ID128_MAKE(8b, 3f, 1d, 5a, 6c, 9e, 4f, 02, a7, 44, 0d, 9b, 71, e2, 5c, 36);

std::string slurp(const char* path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::string machine_id() {
    sd_id128_t id{};
    if (sd_id128_get_machine_app_specific(application_id, &id) != 0) return "";
    std::string guid;
    for (std::size_t i = 0; i < sizeof id.bytes; ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) guid += '-';
        guid += fmt::format("{:02x}", id.bytes[i]);
    }
    return guid;
}

class LinuxHost final : public Host {
  public:
    HostFacts facts() override {
        utsname system{};
        ::uname(&system);
        HostFacts facts{.machine_id = machine_id(),
                        .host_name = system.nodename,
                        .os_type = "Linux",
                        .architecture = system.machine};
        std::string text = slurp("/etc/os-release");
        if (text.empty()) text = slurp("/usr/lib/os-release");
        facts.os_release = parse_os_release(text);
        facts.os_name = short_os_name(facts.os_release);
        facts.os_version = facts.os_release["VERSION_ID"];
        return facts;
    }

    bool privileged() override { return ::geteuid() == 0; }
};

}  // namespace

std::unique_ptr<Host> make_host() { return std::make_unique<LinuxHost>(); }

}  // namespace guestpatch
