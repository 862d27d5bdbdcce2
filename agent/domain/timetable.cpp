#include "agent/domain/timetable.hpp"

#include <algorithm>

namespace guestpatch {
namespace {

auto position(const Timetable& timetable, Instant opens, std::string_view source) {
    return std::ranges::find_if(timetable.windows, [&](const WindowRecord& known) {
        return known.window.opens == opens && known.source == source;
    });
}

}  // namespace

void remember(Timetable& timetable, const WindowRecord& record, Instant now) {
    const auto known = position(timetable, record.window.opens, record.source);
    if (known != timetable.windows.end()) timetable.windows.erase(known);
    const auto place = std::ranges::upper_bound(timetable.windows, record.window.opens, {},
                                                [](const WindowRecord& other) { return other.window.opens; });
    timetable.windows.insert(place, record);
    std::erase_if(timetable.windows, [now](const WindowRecord& other) {
        return other.window.closes < now - record_keep || other.window.opens > now;
    });
}

std::string_view describe(WindowOutcome cause) {
    using enum WindowOutcome;
    switch (cause) {
        case met: return "used";
        case powered_off: return "powered off";
        case too_short: return "window too short";
        case on_battery: return "on battery";
        case metered: return "metered network";
        case blind: return "sources could not be seen";
        case busy: return "busy with something else";
        case not_admitted: return "not admitted";
        case unhealthy: return "machine unhealthy";
    }
    return "";
}

bool is_settled(const WindowRecord& record) {
    return record.outcome == WindowOutcome::met || record.outcome == WindowOutcome::too_short;
}

const WindowRecord* find_record(const Timetable& timetable, const ScheduledWindow& window) {
    const auto known = position(timetable, window.window.opens, window.source);
    return known == timetable.windows.end() ? nullptr : &*known;
}

WindowCount count_windows(const Timetable& timetable, Instant since) {
    WindowCount count;
    for (const WindowRecord& record : timetable.windows) {
        if (record.window.opens < since) continue;
        ++(record.outcome == WindowOutcome::met ? count.met : count.missed);
    }
    return count;
}

}  // namespace guestpatch
