#include "agent/engine/windows.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "platform/messages.hpp"

namespace guestpatch {
namespace {

constexpr seconds looked_back = std::chrono::days(400);
// No window lies beyond 2100. All those years at once cost a few microseconds.
constexpr Instant looked_until = std::chrono::sys_days(std::chrono::year(2101) / 1 / 1);

}  // namespace

std::string machine_id_of(const Settings& settings, Host& host) {
    return settings.machine_id.empty() ? host.facts().machine_id : settings.machine_id;
}

Schedule schedule_of(const Settings& settings, const std::string& machine_id) {
    const OffPeak& off_peak = settings.off_peak;
    // A member of a flexible scale set is replaceable: its hours are no worse than others.
    const bool lifted = off_peak.all_hours == AllHours::yes ||
                        (off_peak.all_hours == AllHours::automatic && !settings.scale_set.empty());
    return {.off_peak = off_peak,
            .configurations = settings.maintenance,
            .off_peak_applies = settings.off_peak_applies,
            .all_hours = lifted,
            .spread_delay = spread_delay_of(off_peak, machine_id)};
}

Windows::Windows(Seams seams, Schedule schedule, Instant now) : schedule_(std::move(schedule)) {
    std::vector<std::string> names = zones_of(schedule_);
    names.push_back(schedule_.off_peak.time_zone);  // assessments keep to these hours also beside configurations
    for (const std::string& name : names) {
        if (zones_.contains(name)) continue;
        if (auto rules = seams.zones.find(name, now - looked_back, looked_until)) {
            zones_.emplace(name, std::move(*rules));
        } else {
            seams.log.tell(message::time_zone_unknown,
                           fmt::format("{}: windows in this zone never open; see guestpatch config check", rules.error().message));
        }
    }
}

std::vector<ScheduledWindow> Windows::upcoming(Instant after, std::size_t count) const {
    return guestpatch::upcoming(schedule_, zones_, after, count);
}

std::vector<ScheduledWindow> Windows::off_peak(Instant after, std::size_t count) const {
    Schedule hours = schedule_;
    hours.configurations.clear();
    hours.off_peak_applies = true;
    return guestpatch::upcoming(hours, zones_, after, count);
}

LocalTime Windows::local(const std::string& time_zone, Instant instant) const {
    const auto by_name = [&](const auto& entry) { return entry.first == time_zone || entry.second.name == time_zone; };
    const auto zone = std::ranges::find_if(zones_, by_name);
    return to_local(zone == zones_.end() ? utc_rules() : zone->second, instant);
}

std::string Windows::describe(const std::string& time_zone, Instant instant) const {
    const LocalTime there = local(time_zone, instant);
    const seconds offset = there.time_since_epoch() - instant.time_since_epoch();
    const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(std::chrono::abs(offset)).count();
    std::string text = format_instant(Instant(there.time_since_epoch()));
    text.pop_back();  // the Z
    return text + fmt::format("{}{:02}:{:02}", offset < seconds(0) ? '-' : '+', minutes / 60, minutes % 60);
}

}  // namespace guestpatch
