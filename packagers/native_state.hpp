// What the state of a unit says about native updates. Pure.
#pragma once

#include "packagers/native_snapshot.hpp"
#include "platform/units.hpp"

namespace guestpatch {

/// At work, or about to be: a oneshot service is "activating" for as long as it runs.
[[nodiscard]] inline bool is_active(const UnitState& state) {
    return state.active != "inactive" && state.active != "failed";
}

/// Comes up with the machine: "enabled", "enabled-runtime".
[[nodiscard]] inline bool is_enabled(const std::string& file) {
    return file.starts_with("enabled");
}
[[nodiscard]] inline bool is_masked(const std::string& file) {
    return file.starts_with("masked");
}

/// Whether updates may still come from this unit. One that no `lock` but a mask keeps back may be started at any time.
[[nodiscard]] inline bool is_on(const UnitState& state, UnitLock lock) {
    if (state.load == "not-found") return false;
    return is_active(state) || (lock == UnitLock::mask ? !is_masked(state.file) : is_enabled(state.file));
}

/// The same of how it was found.
[[nodiscard]] inline bool was_on(const FoundUnit& unit) {
    return is_on({unit.name, "loaded", unit.active, unit.file}, unit.lock);
}

}  // namespace guestpatch
