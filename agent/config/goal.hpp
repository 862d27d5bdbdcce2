// A goal state as the host sent it: hostile until every member was looked at. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/config/fragment.hpp"
#include "agent/domain/goal_state.hpp"

namespace guestpatch {

/// What a goal state says. With errors nothing of it is used: what was asked before stays.
struct GoalReading {
    GoalState goal;
    /// patchSettings and maintenanceConfigurations alone, as a configuration file would say them: every other key the
    /// configuration knows is the machine's own affair, whatever the host writes.
    Fragment settings;
    std::vector<ConfigFault> errors;    ///< key: the member, "operations[0].parameters.maximumDuration"
    std::vector<ConfigFault> warnings;  ///< what was ignored
};

/// `file`: what to call the text in messages. Operations of an unknown kind are no error of the goal state.
[[nodiscard]] GoalReading read_goal_state(std::string file, std::string text, std::string_view os_type);

}  // namespace guestpatch
