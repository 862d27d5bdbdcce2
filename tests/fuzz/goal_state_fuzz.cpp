// Hostile goal states: whatever they say, they stay within what a host may decide.
#include <cstdint>
#include <set>

#include "agent/config/load.hpp"
#include "tests/fakes/zones.hpp"
#include "tests/fuzz/must.hpp"

namespace guestpatch {
namespace {

void look_at(const GoalOperation& operation) {
    must(operation.activity_id.size() == 36, "an activity id is a GUID");
    must(operation.activity_id.find_first_not_of("0123456789abcdef-") == std::string::npos, "and can be a file's name");
    must(!operation.name.empty() && operation.name.size() <= 128, "an operation has a name that can be shown");
    if (operation.kind != GoalKind::installation || !operation.fault.empty()) return;
    must(operation.maximum_duration > seconds(0), "an installation that can be done has an end");
    must(!operation.start || !operation.not_after || *operation.start < *operation.not_after, "and may begin before it must end");
}

/// Nothing but patchSettings and maintenanceConfigurations differs from what nobody configured.
void stays_within_bounds(const GoalReading& reading, const char* os_type) {
    const Merged merged = merge({reading.settings}, os_type);
    for (const auto& [key, value] : merged) {
        const bool allowed = key.starts_with("patchSettings.") || key == "maintenanceConfigurations";
        must(allowed || value.file.empty(), "a goal state sets patch settings and maintenance configurations alone");
    }
    const Settings settings = make_settings(merged, {.os_type = os_type, .goal = reading.settings.file});
    for (const MaintenanceConfiguration& configuration : settings.maintenance) {
        must(configuration.origin == ScheduleOrigin::goal, "its schedules are known for its own");
        must(!is_automatic(settings) || settings.bypass_platform_checks, "and run by its flag alone");
    }
    FakeTimeZones zones;
    for (const ConfigFault& fault : find_goal_faults(reading, os_type, zones)) {
        must(fault.file == "x.json" && fault.line >= 1 && !fault.message.empty(), "what is impossible has a place and a reason");
    }
}

void try_text(const std::string& text) {
    for (const char* os_type : {"Linux", "Windows"}) {
        const GoalReading reading = read_goal_state("x.json", text, os_type);
        for (const auto& faults : {reading.errors, reading.warnings}) {
            for (const ConfigFault& fault : faults) {
                must(fault.file == "x.json" && fault.line >= 1 && !fault.message.empty(), "a fault has a place and a reason");
            }
        }
        stays_within_bounds(reading, os_type);
        if (!reading.errors.empty()) continue;
        std::set<std::string> ids;
        for (const GoalOperation& operation : reading.goal.operations) {
            look_at(operation);
            must(ids.insert(operation.activity_id).second, "no activity id is there twice");
        }
    }
}

}  // namespace
}  // namespace guestpatch

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    guestpatch::try_text(std::string(data, data + size));
    return 0;
}
