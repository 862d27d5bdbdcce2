// The rules of one time zone as values: local time to instants and back. Pure; platform/time_zone.hpp finds them.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "platform/base/time.hpp"

namespace guestpatch {

/// What the clock on the wall says somewhere, whole seconds.
using LocalTime = std::chrono::local_seconds;

/// From `from` on, local time is UTC + `offset`.
struct ZonePeriod {
    Instant from;
    seconds offset{};

    friend bool operator==(const ZonePeriod&, const ZonePeriod&) = default;
};

/// A time zone over the years somebody asked for.
struct ZoneRules {
    std::string name;                 ///< as the operating system names it: "Europe/Berlin", "W. Europe Standard Time"
    std::vector<ZonePeriod> periods;  ///< sorted, at least one; the first reaches back, the last on for ever

    friend bool operator==(const ZoneRules&, const ZoneRules&) = default;
};

[[nodiscard]] ZoneRules utc_rules();

/// Sorted periods without those that last no time (of several that begin together, the last one holds) or change nothing.
[[nodiscard]] std::vector<ZonePeriod> tidy(const std::vector<ZonePeriod>& periods);

[[nodiscard]] LocalTime to_local(const ZoneRules& zone, Instant instant);

/// A local time that a gap skips is moved forward by the gap; one that happens twice is its first instant.
[[nodiscard]] Instant to_instant(const ZoneRules& zone, LocalTime local);

}  // namespace guestpatch
