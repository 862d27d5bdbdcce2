#include "agent/domain/schedule.hpp"

#include <algorithm>
#include <functional>

#include "platform/base/hash.hpp"

namespace guestpatch {
namespace {

using std::chrono::days;

// What began this long before and still lasts, or merges with what does. No window is longer than a day.
constexpr days look_back{3};
// Windows that never end are cut here, so that looking for the next one does.
constexpr days longest_merged{7};

/// One place windows come from.
struct Source {
    std::string name;
    const ZoneRules* zone = nullptr;
    Recurrence recurrence;
    LocalTime start;
    std::optional<Instant> expiration;
    seconds delay{};  ///< of the opening
    std::function<Instant(Instant start)> closes;
};

const ZoneRules* find_zone(const ZoneTable& zones, std::string_view name) {
    const auto found = zones.find(name);
    return found == zones.end() || found->second.periods.empty() ? nullptr : &found->second;
}

Source source_of(const MaintenanceConfiguration& configuration, const ZoneRules& zone) {
    Source source{.name = configuration.id,
                  .zone = &zone,
                  .recurrence = configuration.recurrence,
                  .start = configuration.start,
                  .closes = [length = configuration.duration](Instant start) { return start + length; }};
    if (configuration.expiration) source.expiration = to_instant(zone, *configuration.expiration);
    return source;
}

Source source_of(const Schedule& schedule, const ZoneRules& zone) {
    const OffPeak& off_peak = schedule.off_peak;
    // A Monday long ago: every later day of the week is one of its own.
    constexpr LocalTime monday = std::chrono::local_days(std::chrono::year(1970) / 1 / 5);
    Source source{.name = "offPeak",
                  .zone = &zone,
                  .recurrence = Weekly{1, off_peak.days},
                  .start = monday + (schedule.all_hours ? seconds(0) : off_peak.start),
                  .delay = schedule.spread_delay};
    if (schedule.all_hours) {
        source.closes = [&zone](Instant start) {
            return to_instant(zone, std::chrono::floor<days>(to_local(zone, start)) + days(1));
        };
    } else {
        source.closes = [length = off_peak.duration](Instant start) { return start + length; };
    }
    return source;
}

/// Adds a window to those of the same source, none of which may overlap it afterwards.
void add(std::vector<Window>& windows, Window next) {
    if (next.opens >= next.closes) return;
    if (windows.empty() || next.opens >= windows.back().closes) {
        windows.push_back(next);
    } else if (next.closes - windows.back().opens <= longest_merged) {
        windows.back().closes = std::max(windows.back().closes, next.closes);
    } else {
        windows.back().closes = next.opens;
        windows.push_back(next);
    }
}

std::vector<Window> windows_of(const Source& source, Instant after, std::size_t count) {
    std::vector<Window> windows;
    const auto wanted = [&] {
        return static_cast<std::size_t>(std::ranges::count_if(windows, [after](const Window& w) { return w.closes > after; }));
    };
    const std::size_t step = count + 16;
    Instant from = after <= Instant::min() + look_back ? after : after - look_back;
    // One more than wanted: only then is the last one known not to merge with the next.
    while (wanted() <= count) {
        const auto starts = occurrences(source.recurrence, source.start, *source.zone, from, step);
        for (const Instant start : starts) {
            if (source.expiration && start >= *source.expiration) break;
            add(windows, {start + source.delay, source.closes(start)});
        }
        if (starts.size() < step || (source.expiration && starts.back() >= *source.expiration)) break;
        from = starts.back() + seconds(1);
    }
    std::erase_if(windows, [after](const Window& window) { return window.closes <= after; });
    if (windows.size() > count) windows.resize(count);
    return windows;
}

std::vector<Source> sources_of(const Schedule& schedule, const ZoneTable& zones) {
    std::vector<Source> sources;
    for (const MaintenanceConfiguration& configuration : schedule.configurations) {
        if (const ZoneRules* zone = find_zone(zones, configuration.time_zone)) sources.push_back(source_of(configuration, *zone));
    }
    const ZoneRules* zone = find_zone(zones, schedule.off_peak.time_zone);
    const bool applies = schedule.configurations.empty() && schedule.off_peak_applies;
    if (applies && zone != nullptr && !schedule.off_peak.days.empty()) {
        sources.push_back(source_of(schedule, *zone));
    }
    return sources;
}

}  // namespace

std::vector<std::string> zones_of(const Schedule& schedule) {
    std::vector<std::string> names;
    for (const MaintenanceConfiguration& configuration : schedule.configurations) names.push_back(configuration.time_zone);
    if (names.empty()) names.push_back(schedule.off_peak.time_zone);
    std::ranges::sort(names);
    const auto [first, last] = std::ranges::unique(names);
    names.erase(first, last);
    return names;
}

seconds spread_delay_of(const OffPeak& off_peak, std::string_view machine_id) {
    return stable_share(machine_id, std::min(off_peak.spread, off_peak.duration / 4) + seconds(1));
}

std::vector<ScheduledWindow> upcoming(const Schedule& schedule, const ZoneTable& zones, Instant after, std::size_t count) {
    std::vector<ScheduledWindow> found;
    for (const Source& source : sources_of(schedule, zones)) {
        for (const Window& window : windows_of(source, after, count)) found.push_back({window, source.name, source.zone->name});
    }
    std::ranges::stable_sort(found, {}, [](const ScheduledWindow& scheduled) { return scheduled.window.opens; });
    if (found.size() > count) found.resize(count);
    return found;
}

}  // namespace guestpatch
