// What `status` and the metrics both say of this moment.
#pragma once

#include <optional>
#include <string>

#include "agent/config/settings.hpp"
#include "agent/engine/state_folder.hpp"
#include "agent/engine/windows.hpp"
#include "platform/seams.hpp"

namespace guestpatch {

/// The state of the state machine, as far as this user may know: the journal is root's. `operation`: the one that runs.
[[nodiscard]] std::string state_name(const StateFolder& state, const PatchStatus& status,
                                     const std::optional<RunningOperation>& operation);

/// The verdict on what `last` saw, now: what was seen three days ago is no sight any more.
[[nodiscard]] Compliance judge_now(Seams seams, const Settings& settings, const Assessment& last,
                                   const RebootNeed& reboot, Instant now);

/// The windows in which patches go in by themselves; nothing on a machine where they do not.
[[nodiscard]] std::optional<Windows> automatic_windows(Seams seams, const Settings& settings, Instant now);

/// The first of them that closes after `now` and in which the service may still install.
[[nodiscard]] std::optional<ScheduledWindow> next_usable_window(const Windows& windows, const Timetable& timetable, Instant now);

}  // namespace guestpatch
