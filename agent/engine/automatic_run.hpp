// What a run of the service's own takes, and when it must end.
#pragma once

#include <string>

#include "agent/config/settings.hpp"
#include "agent/domain/lifecycle.hpp"

namespace guestpatch {

/// Critical and Security, less what is excluded: whatever a command of the operator's would take.
[[nodiscard]] Selection automatic_selection(const Settings& settings);

/// How runs in the window that opens then are called: "20261121220000".
[[nodiscard]] std::string maintenance_run_id(Instant opens);

/// A run in this window that begins at `now`; a maintenance configuration says what it takes.
[[nodiscard]] Run automatic_run(const Settings& settings, const ScheduledWindow& scheduled, const Moment& now, const std::string& activity_id);

}  // namespace guestpatch
