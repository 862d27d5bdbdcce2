// The facts of this moment, from the state folder and the clocks, for agent/domain/due.hpp to decide on.
#pragma once

#include "agent/config/settings.hpp"
#include "agent/domain/due.hpp"
#include "agent/engine/state_folder.hpp"
#include "platform/seams.hpp"

namespace guestpatch {

/// Since when the daemon runs, and since when its settings are these, by the wall clock.
struct Since {
    Instant started;
    Instant scheduled;
};

[[nodiscard]] Situation look_around(Seams seams, const StateFolder& state, const Settings& settings, const Since& since);

/// The timetable with a decision's records, and every window up to now judged; nothing when it stays as it is.
[[nodiscard]] std::optional<Timetable> brought_up_to_date(const Situation& situation, const std::vector<WindowRecord>& records);

}  // namespace guestpatch
