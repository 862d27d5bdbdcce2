// Which windows an automatic run may use: the table of patch mode, bypass flag and schedules. Pure.
// Its rows: docs/usage/patch-modes.md.
#pragma once

#include <string>
#include <vector>

#include "agent/domain/schedule.hpp"

namespace guestpatch {

/// What the table asks.
struct SchedulingFacts {
    bool automatic = false;  ///< patchMode AutomaticByPlatform
    bool bypass = false;     ///< bypassPlatformSafetyChecksOnUserSchedule
    std::vector<ScheduleOrigin> schedules;  ///< whose maintenance configurations are for this machine
};

enum class Scheduling {
    nothing,         ///< no window ever opens
    off_peak,        ///< the off-peak hours
    configurations,  ///< the maintenance configurations
    refused,         ///< nothing, because the host's schedules come without the flag that lets them
};

/// The machine's own schedule is its administrator's consent to schedules: it stands for the flag.
[[nodiscard]] Scheduling decide_scheduling(const SchedulingFacts& facts);

/// What keeps everything from running, in the operator's words; empty when nothing does.
[[nodiscard]] std::string fault_of(Scheduling scheduling);

}  // namespace guestpatch
