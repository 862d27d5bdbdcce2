// Asks the real seams what tests in private roots want to know: units, restarts, the service manager.
#include <fmt/format.h>
#include <systemd/sd-bus.h>

#include <cstdint>
#include <cstdio>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "platform/arguments.hpp"
#include "platform/console.hpp"
#include "platform/host.hpp"
#include "platform/port.hpp"
#include "platform/process.hpp"
#include "platform/reboot.hpp"
#include "platform/service.hpp"
#include "platform/units.hpp"
#include "platform/waiter.hpp"

namespace {

using namespace guestpatch;
using Words = std::vector<std::string>;

void say(std::string_view line) {
    fmt::print("{}\n", line);
    std::fflush(stdout);
}

int refused(const Error& error) {
    say(fmt::format("error {}: {}", static_cast<int>(error.code), error.message));
    return 3;
}

int states(const Words& names) {
    const auto found = make_units()->states(names);
    if (!found) return refused(found.error());
    for (const UnitState& unit : *found) say(fmt::format("{} {} {} {}", unit.name, unit.load, unit.active, unit.file));
    return 0;
}

int overview(const Words&) {
    const auto found = make_units()->overview();
    if (!found) return refused(found.error());
    say(found->booted ? "booted" : "starting");
    for (const std::string& name : found->failed) say(name);
    return 0;
}

/// PORT MILLISECONDS
int knock_at(const Words& words) {
    const auto answered = knock(std::stoi(words.at(0)), milliseconds(std::stol(words.at(1))));
    if (!answered) return refused(answered.error());
    say("open");
    return 0;
}

int change(const Words& words) {
    const std::map<std::string, UnitChange> changes{{"enable", UnitChange::enable}, {"disable", UnitChange::disable},
                                                    {"mask", UnitChange::mask},     {"unmask", UnitChange::unmask},
                                                    {"start", UnitChange::start},   {"stop", UnitChange::stop}};
    const auto changed = make_units()->change(changes.at(words.at(0)), {words.begin() + 1, words.end()});
    return changed ? 0 : refused(changed.error());
}

/// NAME MILLISECONDS; a signal cancels.
int wait(const Words& words) {
    const auto stop = listen_for_stop();
    say("waiting");
    const auto over = make_units()->wait_until_inactive(words.at(0), milliseconds(std::stol(words.at(1))), stop->token());
    if (!over) return refused(over.error());
    say("inactive");
    return 0;
}

/// SECONDS MESSAGE
int schedule(const Words& words) {
    const auto processes = make_process_runner();
    const auto done = make_rebooter(*processes)->schedule(seconds(std::stol(words.at(0))), words.at(1));
    return done ? 0 : refused(done.error());
}

/// MILLISECONDS: who is in the way at the end, one per line; a signal cancels. Its own wish is in nobody's way.
int clear(const Words& words) {
    const auto stop = listen_for_stop();
    const auto processes = make_process_runner();
    const auto rebooter = make_rebooter(*processes);
    const auto held = rebooter->hold_off("waits itself");
    say(held ? "waiting" : "waiting, unheard");
    const auto staying = rebooter->wait_until_clear(milliseconds(std::stol(words.at(0))), stop->token());
    for (const std::string& who : staying) say(who);
    say("over");
    return 0;
}

/// WHY: keeps the wish until a signal comes.
int hold(const Words& words) {
    const auto waiter = make_waiter({});
    const auto processes = make_process_runner();
    const auto rebooter = make_rebooter(*processes);
    auto held = rebooter->hold_off(words.at(0));
    if (!held) return refused(held.error());
    say("held");
    waiter->wait({}, {});
    held->reset();
    say("let go");
    waiter->wait({}, {});  // the stop stays: this ends at once
    return 0;
}

/// Behaves as a service until told to stop: READY, RELOADING and READY at a SIGHUP, STOPPING.
int serve(const Words&) {
    const auto waiter = make_waiter({});
    const auto manager = make_service_manager();
    const auto patience = manager->watchdog();
    manager->status(fmt::format("fed every {} ms", patience ? patience->count() / 2 : 0));
    manager->ready();
    while (true) {
        const Wake wake = waiter->wait({}, patience ? std::optional(*patience / 2) : std::nullopt);
        manager->alive();
        if (wake.stop) break;
        if (!wake.reload) continue;
        manager->reloading();
        manager->status("read\nagain");
        manager->ready();
    }
    manager->stopping(seconds(7));
    return 0;
}

int supply(const Words&) {
    const Supply found = make_host()->supply();
    say(fmt::format("on battery {}, metered {}", found.on_battery, found.metered));
    return 0;
}

int tell_metered(sd_bus*, const char*, const char*, const char*, sd_bus_message* reply, void* metered, sd_bus_error*) {
    return sd_bus_message_append(reply, "u", *static_cast<std::uint32_t*>(metered));
}

/// NUMBER: is NetworkManager, and says so about the network, for ever.
int network_manager(const Words& words) {
    static std::uint32_t metered = static_cast<std::uint32_t>(std::stoul(words.at(0)));
    static const sd_bus_vtable table[] = {SD_BUS_VTABLE_START(0),
                                          SD_BUS_PROPERTY("Metered", "u", tell_metered, 0, 0), SD_BUS_VTABLE_END};
    constexpr const char* name = "org.freedesktop.NetworkManager";
    sd_bus* bus = nullptr;
    if (sd_bus_open_system(&bus) < 0 ||
        sd_bus_add_object_vtable(bus, nullptr, "/org/freedesktop/NetworkManager", name, table, &metered) < 0 ||
        sd_bus_request_name(bus, name, 0) < 0) {
        return 1;
    }
    say("manages");
    while (sd_bus_wait(bus, UINT64_MAX) >= 0) {
        while (sd_bus_process(bus, nullptr) > 0) {
        }
    }
    return 0;
}

const std::map<std::string, std::function<int(const Words&)>> modes{
    {"states", states}, {"change", change}, {"wait", wait},   {"schedule", schedule},
    {"clear", clear},   {"hold", hold},     {"serve", serve}, {"supply", supply},
    {"network-manager", network_manager},   {"overview", overview}, {"knock", knock_at},
};

}  // namespace

int main(int argc, char** argv) {
    const Words words = utf8_arguments(argc, argv);
    return modes.at(words.at(0))({words.begin() + 1, words.end()});
}
