// One of a goal state's operations. Pure.
#pragma once

#include <string>

#include "agent/config/object_reader.hpp"
#include "agent/domain/goal_state.hpp"

namespace guestpatch {

/// Faults of who it is go into `into`, under `place`; what it wants and cannot have becomes its own `fault`.
[[nodiscard]] GoalOperation read_operation(const Json& value, const std::string& place, std::string_view os_type, Faults& into);

}  // namespace guestpatch
