// Answers questions about zones and recurrences, one per line, for a test that knows the answers from elsewhere.
//   zone NAME|FROM|TO                         the zone of the lines to come; prints its name, or the error
//   local INSTANT                             seconds of local time since 1970
//   instant LOCAL                             seconds since 1970 of a local time, given in the same way
//   recur RECURRENCE|START|FROM|COUNT         instants, with blanks between
#include <fmt/format.h>

#include <charconv>
#include <iostream>
#include <string>

#include "agent/domain/recurrence.hpp"
#include "platform/base/text.hpp"
#include "platform/time_zone.hpp"

namespace guestpatch {
namespace {

std::int64_t number(std::string_view text) {
    std::int64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

Instant take_instant(std::string_view& rest) { return Instant(seconds(number(take_until(rest, '|')))); }

class Probe {
  public:
    std::string answer(std::string_view line) {
        const std::string_view verb = take_until(line, ' ');
        if (verb == "zone") return choose(line);
        if (verb == "local") return fmt::to_string(to_local(zone_, take_instant(line)).time_since_epoch().count());
        if (verb == "instant") return fmt::to_string(to_instant(zone_, take_local(line)).time_since_epoch().count());
        if (verb == "recur") return recur(line);
        return "?";
    }

  private:
    static LocalTime take_local(std::string_view& rest) { return LocalTime(take_instant(rest).time_since_epoch()); }

    std::string choose(std::string_view line) {
        const std::string_view name = take_until(line, '|');
        const Instant from = take_instant(line);
        const auto found = zones_->find(name, from, take_instant(line));
        zone_ = found ? *found : utc_rules();
        return found ? found->name : found.error().message;
    }

    std::string recur(std::string_view line) {
        const auto recurrence = parse_recurrence(take_until(line, '|'));
        if (!recurrence) return recurrence.error().message;
        const LocalTime start = take_local(line);
        const Instant from = take_instant(line);
        std::string text;
        for (const Instant at : occurrences(*recurrence, start, zone_, from, static_cast<std::size_t>(number(line)))) {
            text += fmt::format("{}{}", text.empty() ? "" : " ", at.time_since_epoch().count());
        }
        return text;
    }

    std::unique_ptr<TimeZones> zones_ = make_time_zones();
    ZoneRules zone_ = utc_rules();
};

}  // namespace
}  // namespace guestpatch

int main() {
    guestpatch::Probe probe;
    for (std::string line; std::getline(std::cin, line);) std::cout << probe.answer(line) << '\n';
}
