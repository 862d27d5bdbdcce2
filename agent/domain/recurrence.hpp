// recurEvery of a maintenance configuration: how often a window comes back. Pure.
// Grammar and meaning: docs/usage/windows.md.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "platform/base/result.hpp"
#include "platform/base/zone_rules.hpp"

namespace guestpatch {

/// No recurEvery: the first one is the only one.
struct Once {
    friend bool operator==(const Once&, const Once&) = default;
};
/// "6Hours": counted in UTC from the first one.
struct Hourly {
    int every = 1;

    friend bool operator==(const Hourly&, const Hourly&) = default;
};
/// "Day", "3Days".
struct Daily {
    int every = 1;

    friend bool operator==(const Daily&, const Daily&) = default;
};
/// "2Weeks Saturday,Sunday": weeks start on Monday; no days: the one of the first occurrence.
struct Weekly {
    int every = 1;
    std::vector<std::chrono::weekday> days;

    friend bool operator==(const Weekly&, const Weekly&) = default;
};
/// "Month day23,day24": -1 is the last day; a day a month does not have is skipped; no days: the first one's.
struct MonthlyByDay {
    int every = 1;
    std::vector<int> days;

    friend bool operator==(const MonthlyByDay&, const MonthlyByDay&) = default;
};
/// "Month Second Tuesday Offset4": the days after (or before) may lie in another month.
struct MonthlyByWeekday {
    int every = 1;
    int nth = 1;  ///< 1 to 4, -1: the last
    std::chrono::weekday day;
    int offset = 0;  ///< days, -6 to 6

    friend bool operator==(const MonthlyByWeekday&, const MonthlyByWeekday&) = default;
};
using Recurrence = std::variant<Once, Hourly, Daily, Weekly, MonthlyByDay, MonthlyByWeekday>;

/// Reads case-insensitively, with runs of blanks as one. Errc::invalid says what was expected where.
Result<Recurrence> parse_recurrence(std::string_view text);

/// Canonical: "Month Second Tuesday Offset4"; "Once", which nobody writes.
[[nodiscard]] std::string format_recurrence(const Recurrence& recurrence);

/// The first `count` starts that are not before `from`, oldest first. `start`: the first possible one, in `zone`; every
/// occurrence has its time of day. None before it.
[[nodiscard]] std::vector<Instant> occurrences(const Recurrence& recurrence, LocalTime start, const ZoneRules& zone,
                                               Instant from, std::size_t count);

}  // namespace guestpatch
