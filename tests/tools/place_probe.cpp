// Learns the place of the machine it runs on with everything real, for a test that answers as the metadata service.
// Usage: place_probe COURIER USER auto|true|false STATE_FOLDER RUNTIME_FOLDER [now]
// Prints "not asked", "unchanged" or "changed"; exit status 1 and the error where there is one.
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "agent/host/place.hpp"

namespace guestpatch {
namespace {

Imds setting_of(std::string_view word) {
    if (word == "true") return Imds::always;
    return word == "false" ? Imds::never : Imds::automatic;
}

std::string_view describe(Learned learned) {
    switch (learned) {
        case Learned::not_asked: return "not asked";
        case Learned::unchanged: return "unchanged";
        case Learned::changed: return "changed";
    }
    return "?";
}

int learn(const std::vector<std::string>& arguments) {
    const auto clocks = make_clocks();
    const auto files = make_files();
    const auto host = make_host();
    const auto locks = make_locks();
    const auto log = make_log(LogLevel::debug);
    const auto processes = make_process_runner();
    const auto rebooter = make_rebooter(*processes);
    const auto zones = make_time_zones();
    const auto units = make_units();
    const Seams seams{*clocks, *files, *host, *locks, *log, *processes, *rebooter, *zones, *units};
    const Courier courier(*processes, arguments[0], arguments[1]);
    const PlaceFiles places{Path(arguments[3]) / "place.json", Path(arguments[4]) / "place-asked"};
    const AskPlace when = arguments.size() > 5 ? AskPlace::now : AskPlace::once_per_boot;
    const auto learned = learn_place(seams, courier, setting_of(arguments[2]), places, when, {});
    if (!learned) {
        std::cerr << learned.error().message << '\n';
        return 1;
    }
    std::cout << describe(*learned) << '\n';
    return 0;
}

}  // namespace
}  // namespace guestpatch

int main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    return arguments.size() < 5 ? 2 : guestpatch::learn(arguments);
}
