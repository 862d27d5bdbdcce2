#include "platform/base/time.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <utility>

#include "platform/base/text.hpp"

namespace guestpatch {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

// What four digits of a year can say in UTC: whatever was read can be written again.
constexpr Instant first_instant = std::chrono::sys_days(std::chrono::year(0) / 1 / 1);
constexpr Instant last_instant = std::chrono::sys_days(std::chrono::year(10000) / 1 / 1) - seconds(1);
constexpr seconds longest_duration = hours(1'000'000'000) - seconds(1);

/// Takes what it is asked for from the front of a text, or reports that it was not there.
class Scanner {
  public:
    explicit Scanner(std::string_view text) : rest_(text) {}

    [[nodiscard]] bool done() const { return rest_.empty(); }
    bool literal(char wanted) {
        if (rest_.empty() || rest_.front() != wanted) return false;
        rest_.remove_prefix(1);
        return true;
    }
    /// A run of `least` to `most` decimal digits.
    std::optional<std::int64_t> number(std::size_t least, std::size_t most) {
        std::size_t length = 0;
        while (length < rest_.size() && length < most && rest_[length] >= '0' && rest_[length] <= '9') ++length;
        if (length < least) return std::nullopt;
        std::int64_t value = 0;
        const std::string_view digits = rest_.substr(0, length);
        std::from_chars(digits.data(), digits.data() + digits.size(), value);
        rest_.remove_prefix(length);
        return value;
    }

  private:
    std::string_view rest_;
};

std::optional<std::chrono::sys_days> scan_day(Scanner& scan) {
    const auto year = scan.number(4, 4);
    if (!year || !scan.literal('-')) return std::nullopt;
    const auto month = scan.number(2, 2);
    if (!month || !scan.literal('-')) return std::nullopt;
    const auto day = scan.number(2, 2);
    if (!day) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                           std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok()) return std::nullopt;
    return std::chrono::sys_days(date);
}

std::optional<seconds> scan_time_of_day(Scanner& scan) {
    const auto hour = scan.number(2, 2);
    if (!hour || !scan.literal(':')) return std::nullopt;
    const auto minute = scan.number(2, 2);
    if (!minute || !scan.literal(':')) return std::nullopt;
    const auto second = scan.number(2, 2);
    // 60 is a leap second, read as the next minute's first.
    if (!second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
    if (scan.literal('.') && !scan.number(1, 9)) return std::nullopt;
    return hours(*hour) + minutes(*minute) + seconds(*second);
}

std::optional<seconds> scan_offset(Scanner& scan) {
    if (scan.literal('Z') || scan.literal('z')) return seconds::zero();
    const bool east = scan.literal('+');
    if (!east && !scan.literal('-')) return std::nullopt;
    const auto hour = scan.number(2, 2);
    if (!hour || !scan.literal(':')) return std::nullopt;
    const auto minute = scan.number(2, 2);
    if (!minute || *hour > 23 || *minute > 59) return std::nullopt;
    const seconds offset = hours(*hour) + minutes(*minute);
    return east ? offset : -offset;
}

Error not_a_duration(std::string_view text) {
    return {Errc::invalid, fmt::format("\"{}\" is not an ISO 8601 duration such as PT4H, PT90M or P30D", text)};
}

constexpr std::array<std::string_view, 7> weekdays{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};

}  // namespace

std::string format_instant(Instant instant) {
    const auto day = std::chrono::floor<days>(instant);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss time{instant - day};
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       time.hours().count(), time.minutes().count(), time.seconds().count());
}

Result<Instant> parse_instant(std::string_view text) {
    Scanner scan(text);
    const auto day = scan_day(scan);
    const bool separated = day && (scan.literal('T') || scan.literal('t') || scan.literal(' '));
    const auto time = separated ? scan_time_of_day(scan) : std::nullopt;
    const auto offset = time ? scan_offset(scan) : std::nullopt;
    if (!offset || !scan.done()) {
        return Error{Errc::invalid,
                     fmt::format("\"{}\" is not an RFC 3339 instant such as 2026-11-10T23:02:11Z", text)};
    }
    const Instant instant = *day + *time - *offset;
    if (instant < first_instant || instant > last_instant) {
        return Error{Errc::invalid, fmt::format("\"{}\" lies outside the years 0000 to 9999 in UTC", text)};
    }
    return instant;
}

std::optional<Instant> parse_day(std::string_view text) {
    Scanner scan(text);
    const auto day = scan_day(scan);
    if (!day || !scan.done()) return std::nullopt;
    return Instant(*day);
}

std::string format_duration(seconds duration) {
    if (duration <= seconds::zero()) return "PT0S";
    const auto whole_hours = duration / hours(1);
    const auto whole_minutes = duration % hours(1) / minutes(1);
    const auto rest = (duration % minutes(1)).count();
    std::string text = "PT";
    if (whole_hours != 0) text += fmt::format("{}H", whole_hours);
    if (whole_minutes != 0) text += fmt::format("{}M", whole_minutes);
    if (rest != 0) text += fmt::format("{}S", rest);
    return text;
}

Result<seconds> parse_duration(std::string_view text) {
    static constexpr std::array<std::pair<char, seconds>, 4> units{
        {{'D', days(1)}, {'H', hours(1)}, {'M', minutes(1)}, {'S', seconds(1)}}};
    Scanner scan(text);
    if (!scan.literal('P') || scan.done()) return not_a_duration(text);
    seconds total{0};
    bool in_time = false;
    std::size_t next = 0;  // units come in this order, each once
    while (!scan.done()) {
        if (!in_time && scan.literal('T')) {
            in_time = true;
            next = 1;
            if (scan.done()) return not_a_duration(text);
            continue;
        }
        const auto amount = scan.number(1, 9);
        if (!amount) return not_a_duration(text);
        bool fraction = false;
        if (scan.literal('.') || scan.literal(',')) {
            fraction = true;
            if (!scan.number(1, 9)) return not_a_duration(text);
        }
        std::size_t unit = next;
        const std::size_t end = in_time ? units.size() : 1;
        while (unit < end && !scan.literal(units[unit].first)) ++unit;
        if (unit >= end || (fraction && units[unit].first != 'S')) return not_a_duration(text);
        total += *amount * units[unit].second;
        next = unit + 1;
    }
    if (total > longest_duration) return not_a_duration(text);
    return total;
}

Result<seconds> parse_time_of_day(std::string_view text) {
    Scanner scan(text);
    const auto hour = scan.number(2, 2);
    const bool separated = hour && scan.literal(':');
    const auto minute = separated ? scan.number(2, 2) : std::nullopt;
    if (minute && scan.done() && *hour < 24 && *minute < 60) return hours(*hour) + minutes(*minute);
    return Error{Errc::invalid, fmt::format("\"{}\" is not a time of day such as 22:00", text)};
}

Result<std::chrono::weekday> parse_weekday(std::string_view word) {
    const auto found = std::ranges::find(weekdays, to_lower(word), [](std::string_view name) { return to_lower(name); });
    if (found != weekdays.end()) return std::chrono::weekday(static_cast<unsigned>(found - weekdays.begin()));
    return Error{Errc::invalid, fmt::format("\"{}\" is not a day of the week such as Monday", word)};
}

std::string_view name_of(std::chrono::weekday day) { return weekdays.at(day.c_encoding()); }

std::string describe_duration(seconds duration) {
    if (duration < minutes(1)) return fmt::format("{} s", duration.count());
    if (duration < hours(1)) return fmt::format("{} min", duration / minutes(1));
    if (duration < days(2)) return fmt::format("{} h", duration / hours(1));
    return fmt::format("{} days", duration / days(1));
}

}  // namespace guestpatch
