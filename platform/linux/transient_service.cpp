#include "platform/linux/transient_service.hpp"

#include <systemd/sd-daemon.h>

#include <cstdint>

#include "platform/base/time.hpp"
#include "platform/linux/bus.hpp"

namespace guestpatch::os {
namespace {

// How long systemd waits for the program when the machine shuts down or somebody stops the unit.
constexpr std::chrono::microseconds patience_at_stop = std::chrono::minutes(10);

/// What looks like a variable is none. (ExecStartEx could say so, but systemd 252 cannot read back what it wrote.)
std::vector<std::string> without_variables(std::vector<std::string> words) {
    for (std::string& word : words) {
        for (std::size_t at = word.find('$'); at != std::string::npos; at = word.find('$', at + 2)) word.insert(at, 1, '$');
    }
    return words;
}

void write_properties(Call& call, const std::vector<std::string>& argv) {
    call.open('a', "(sv)");
    call.add("(sv)", "Description", "s", "Package manager run by guestpatch");
    call.add("(sv)", "Type", "s", "exec");
    // Stopping the unit asks the wrapper alone, and that goes on until the program has ended by itself.
    call.add("(sv)", "KillMode", "s", "process");
    call.add("(sv)", "TimeoutStopUSec", "t", static_cast<std::uint64_t>(patience_at_stop.count()));
    call.add("(sv)", "OOMPolicy", "s", "continue");
    call.add("(sv)", "CollectMode", "s", "inactive-or-failed");
    call.add("(sv)", "IgnoreSIGPIPE", "b", 0);
    for (const char* stream : {"StandardInput", "StandardOutput", "StandardError"}) {
        call.add("(sv)", stream, "s", "null");
    }
    call.open('r', "sv");
    call.add("s", "ExecStart");
    call.open('v', "a(sasb)");
    call.open('a', "(sasb)");
    call.open('r', "sasb");
    call.add("s", argv.front().c_str());
    call.add(without_variables(argv));
    call.add("b", 0);
    call.close(5);
}

}  // namespace

bool systemd_runs() {
    return ::sd_booted() > 0;
}

Result<void> start_transient_service(const std::string& unit, const std::vector<std::string>& argv) {
    const auto bus = open_bus_to_systemd();
    if (!bus) return bus.error();
    constexpr Peer manager{"org.freedesktop.systemd1", "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager"};
    Call call(bus->get(), manager, "StartTransientUnit");
    call.add("ss", unit.c_str(), "fail");  // "fail": not while the machine is about to shut down
    write_properties(call, argv);
    call.add("a(sa(sv))", 0);  // no units beside it
    if (const auto answer = call.send(); !answer) return answer.error();
    return {};
}

}  // namespace guestpatch::os
