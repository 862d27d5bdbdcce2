#include "agent/domain/scheduling.hpp"

#include <algorithm>

namespace guestpatch {

Scheduling decide_scheduling(const SchedulingFacts& facts) {
    if (!facts.automatic) return Scheduling::nothing;
    const bool own = std::ranges::find(facts.schedules, ScheduleOrigin::local) != facts.schedules.end();
    const bool bypass = facts.bypass || own;
    if (facts.schedules.empty()) return bypass ? Scheduling::nothing : Scheduling::off_peak;
    return bypass ? Scheduling::configurations : Scheduling::refused;
}

std::string fault_of(Scheduling scheduling) {
    if (scheduling != Scheduling::refused) return "";
    return "prerequisites not met: the host's maintenance configurations need "
           "bypassPlatformSafetyChecksOnUserSchedule to be true; until it is, nothing is installed automatically";
}

}  // namespace guestpatch
