// The next windows as `windows`, `status` and `plan` show them.
#pragma once

#include <vector>

#include "agent/config/settings.hpp"
#include "agent/wire/documents.hpp"
#include "platform/seams.hpp"

namespace guestpatch {

/// Those that close after `now`; none unless patches go in by themselves.
[[nodiscard]] std::vector<ShownWindow> next_windows(Seams seams, const Settings& settings, Instant now, std::size_t count);

/// The first of them in which the service may still install.
[[nodiscard]] std::optional<ShownWindow> next_usable_window(Seams seams, const Settings& settings, const Timetable& timetable, Instant now);

}  // namespace guestpatch
