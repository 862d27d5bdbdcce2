// Time as values. Nothing here asks what time it is (platform/clock.hpp does).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "platform/base/result.hpp"

namespace guestpatch {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// A point on the wall clock, UTC, whole seconds: what every document and window uses.
using Instant = std::chrono::sys_seconds;

/// The clock that counts from boot, suspended time included (Linux: CLOCK_BOOTTIME). For deadlines:
/// a wall clock may be set back while we wait.
struct BootClock {
    using duration = milliseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<BootClock>;
    static constexpr bool is_steady = true;
};
using BootTime = BootClock::time_point;

/// When to give up, on the boot clock.
struct Deadline {
    BootTime at = BootTime::max();

    [[nodiscard]] bool passed(BootTime now) const { return now >= at; }
    /// What is left; never negative.
    [[nodiscard]] milliseconds left(BootTime now) const {
        return passed(now) ? milliseconds::zero() : at - now;
    }
};

/// "2026-11-10T23:02:11Z".
[[nodiscard]] std::string format_instant(Instant instant);

/// Reads RFC 3339: `Z` or a numeric offset, 0 to 9 fractional digits (truncated), the years 0000 to 9999
/// in UTC. Errc::invalid names what was expected.
Result<Instant> parse_instant(std::string_view text);

/// Reads a calendar day, "2026-06-10", as its first instant in UTC.
std::optional<Instant> parse_day(std::string_view text);

/// ISO 8601, canonical: hours, minutes and seconds only, no zero units, "PT0S" for nothing.
[[nodiscard]] std::string format_duration(seconds duration);

/// Reads ISO 8601 durations of fixed length: P[nD][T[nH][nM][nS]], each unit at most once, up to nine
/// digits, below 10^9 hours in all. Years, months, weeks, signs and lower case are refused: they have no
/// fixed length or no use.
Result<seconds> parse_duration(std::string_view text);

/// "22:30", as time since midnight: 00:00 to 23:59.
Result<seconds> parse_time_of_day(std::string_view text);

/// "Monday" to "Sunday", in any case.
Result<std::chrono::weekday> parse_weekday(std::string_view word);
[[nodiscard]] std::string_view name_of(std::chrono::weekday day);

/// For people: "45 s", "3 min", "5 h", "12 days".
[[nodiscard]] std::string describe_duration(seconds duration);

}  // namespace guestpatch
