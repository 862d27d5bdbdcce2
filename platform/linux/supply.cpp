#include "platform/linux/supply.hpp"

#include <fstream>
#include <string>
#include <system_error>

#include "platform/linux/bus.hpp"

namespace guestpatch::os {
namespace {

constexpr milliseconds manager_limit{2'000};

std::string attribute(const Path& supply, const char* name) {
    std::string value;
    std::getline(std::ifstream(supply / name), value);
    return value;
}

}  // namespace

bool on_battery(const Path& supplies) {
    bool runs_down = false;
    std::error_code ended;
    for (auto supply = std::filesystem::directory_iterator(supplies, ended); !ended && supply != end(supply);
         supply.increment(ended)) {
        if (attribute(*supply, "scope") == "Device") continue;  // of a mouse, say
        if (attribute(*supply, "online") == "1") return false;
        runs_down |= attribute(*supply, "type") == "Battery" && attribute(*supply, "status") == "Discharging";
    }
    return runs_down;
}

bool network_is_metered() {
    const auto bus = open_bus();
    if (!bus) return false;
    constexpr Peer manager{"org.freedesktop.NetworkManager", "/org/freedesktop/NetworkManager",
                           "org.freedesktop.DBus.Properties"};
    Call call(bus->get(), manager, "Get");
    const auto answer = call.add("ss", manager.service, "Metered").without_starting_anybody().send(manager_limit);
    std::uint32_t metered = 0;
    if (!answer || ::sd_bus_message_read(answer->get(), "v", "u", &metered) < 0) return false;
    constexpr std::uint32_t yes = 1;  // NMMetered
    constexpr std::uint32_t guessed_yes = 3;
    return metered == yes || metered == guessed_yes;
}

}  // namespace guestpatch::os
