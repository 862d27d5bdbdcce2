// Hostile recurrences, and occurrences that must end.
#include <algorithm>
#include <cstdint>
#include <cstring>

#include "agent/domain/schedule.hpp"
#include "tests/fuzz/must.hpp"

namespace guestpatch {
namespace {

/// Two seconds of any size off the front of the input: the start, and from when on.
struct Times {
    std::int64_t start = 0;
    std::int64_t from = 0;
};

void try_recurrence(const std::string& text, Times times) {
    const auto recurrence = parse_recurrence(text);
    if (!recurrence) {
        must(!recurrence.error().message.empty(), "a refusal says why");
        return;
    }
    must(parse_recurrence(format_recurrence(*recurrence)) == *recurrence, "a recurrence survives writing and reading");
    // The years that documents can write, and any instant to look from.
    const LocalTime start(seconds(times.start % 253'402'300'800));
    const Instant from(seconds(times.from % 253'402'300'800));
    const ZoneRules zone{"", {{Instant::min(), seconds(-3600)}, {from, seconds(7200)}, {from + seconds(86400), seconds(-43200)}}};
    const auto found = occurrences(*recurrence, start, zone, from, 20);
    must(found.size() <= 20, "no more than asked for");
    must(std::ranges::adjacent_find(found, std::ranges::greater_equal()) == found.end(), "one after the other");
    must(found.empty() || found.front() >= std::max(from, to_instant(zone, start)), "none before the first");

    const Schedule schedule{.configurations = {{.id = "m", .start = start, .expiration = std::nullopt, .duration = seconds(times.start & 0xffff) + seconds(1),
                                                .time_zone = "z", .recurrence = *recurrence}}};
    const auto windows = upcoming(schedule, {{"z", zone}}, from, 20);
    for (std::size_t i = 0; i < windows.size(); ++i) {
        must(windows[i].window.closes > from && windows[i].window.opens < windows[i].window.closes, "a window is open some time, later");
        must(i == 0 || windows[i].window.opens >= windows[i - 1].window.closes, "windows do not overlap");
    }
}

}  // namespace
}  // namespace guestpatch

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    guestpatch::Times times;
    if (size < sizeof times) return 0;
    std::memcpy(&times, data, sizeof times);
    guestpatch::try_recurrence(std::string(data + sizeof times, data + size), times);
    return 0;
}
