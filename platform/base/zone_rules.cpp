#include "platform/base/zone_rules.hpp"

#include <algorithm>

namespace guestpatch {

ZoneRules utc_rules() { return {"UTC", {{Instant::min(), seconds(0)}}}; }

std::vector<ZonePeriod> tidy(const std::vector<ZonePeriod>& periods) {
    std::vector<ZonePeriod> tidied;
    for (const ZonePeriod& period : periods) {
        if (!tidied.empty() && tidied.back().from == period.from) tidied.pop_back();
        if (tidied.empty() || tidied.back().offset != period.offset) tidied.push_back(period);
    }
    return tidied;
}

LocalTime to_local(const ZoneRules& zone, Instant instant) {
    const auto next = std::ranges::upper_bound(zone.periods, instant, {}, &ZonePeriod::from);
    const ZonePeriod& period = next == zone.periods.begin() ? *next : *std::prev(next);
    return LocalTime((instant + period.offset).time_since_epoch());
}

Instant to_instant(const ZoneRules& zone, LocalTime local) {
    const auto& periods = zone.periods;
    const auto in_period = [&](std::size_t i) { return Instant(local.time_since_epoch()) - periods[i].offset; };
    for (std::size_t i = 0; i < periods.size(); ++i) {
        const bool begun = i == 0 || in_period(i) >= periods[i].from;
        if (begun && (i + 1 == periods.size() || in_period(i) < periods[i + 1].from)) return in_period(i);
    }
    // In a gap: too late for the period before, too early for the one after. The offset before moves it forward.
    for (std::size_t i = 0; i + 1 < periods.size(); ++i) {
        if (in_period(i + 1) < periods[i + 1].from) return in_period(i);
    }
    return Instant(local.time_since_epoch());
}

}  // namespace guestpatch
