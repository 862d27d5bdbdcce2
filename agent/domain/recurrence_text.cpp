#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "agent/domain/recurrence.hpp"
#include "platform/base/text.hpp"

namespace guestpatch {
namespace {

using Days = std::vector<std::chrono::weekday>;

constexpr int most_every = 9999;
constexpr std::array<std::string_view, 4> ordinals{"First", "Second", "Third", "Fourth"};

Error refuse(std::string_view text, std::string_view expected) {
    return {Errc::invalid, fmt::format("\"{}\": expected {}", text, expected)};
}

/// Lower case, runs of blanks as one, none around commas.
std::string simplified(std::string_view text) {
    std::string simple;
    for (const char c : to_lower(trim(text))) {
        const bool blank = c == ' ' || c == '\t';
        if (blank && (simple.ends_with(' ') || simple.ends_with(','))) continue;
        if (c == ',' && simple.ends_with(' ')) simple.pop_back();
        simple += blank ? ' ' : c;
    }
    return simple;
}

/// All of `text` as a number from `least` to `most`.
std::optional<int> number_in(std::string_view text, int least, int most) {
    int number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault != std::errc() || end != text.data() + text.size() || number < least || number > most) return std::nullopt;
    return number;
}

/// A comma-separated list; `parse` gives nothing for what is no item.
template <class Item, class Parse>
std::optional<std::vector<Item>> list_of(std::string_view text, Parse&& parse) {
    std::vector<Item> items;
    if (text.ends_with(',')) return std::nullopt;
    while (!text.empty()) {
        const auto item = parse(take_until(text, ','));
        if (!item) return std::nullopt;
        if (std::ranges::find(items, *item) == items.end()) items.push_back(*item);
    }
    return items;
}

Result<Recurrence> weekly(int every, std::string_view rest) {
    auto days = list_of<std::chrono::weekday>(rest, [](std::string_view word) { return parse_weekday(word); });
    if (!days) return refuse(rest, "days of the week such as Saturday,Sunday");
    std::ranges::sort(*days, {}, [](std::chrono::weekday day) { return day.iso_encoding(); });
    return Recurrence(Weekly{every, std::move(*days)});
}

/// "second tuesday offset4".
std::optional<MonthlyByWeekday> by_weekday(int every, std::string_view rest) {
    const std::string_view which = take_until(rest, ' ');
    const auto nth = std::ranges::find(ordinals, which, [](std::string_view word) { return to_lower(word); });
    if (nth == ordinals.end() && which != "last") return std::nullopt;
    const auto day = parse_weekday(take_until(rest, ' '));
    if (!day) return std::nullopt;
    MonthlyByWeekday monthly{every, nth == ordinals.end() ? -1 : static_cast<int>(nth - ordinals.begin()) + 1, *day, 0};
    if (rest.empty()) return monthly;
    constexpr std::string_view offset = "offset";
    if (!rest.starts_with(offset)) return std::nullopt;
    rest.remove_prefix(offset.size());
    if (rest.starts_with('+') && !rest.starts_with("+-")) rest.remove_prefix(1);
    const auto moved = number_in(rest, -6, 6);
    if (!moved) return std::nullopt;
    monthly.offset = *moved;
    return monthly;
}

Result<Recurrence> monthly(int every, std::string_view rest) {
    constexpr std::string_view prefix = "day";
    auto days = list_of<int>(rest, [&](std::string_view word) {
        if (word.starts_with(prefix)) word.remove_prefix(prefix.size());
        return word == "-1" ? std::optional(-1) : number_in(word, 1, 31);
    });
    if (days) {
        std::ranges::sort(*days, {}, [](int day) { return day < 0 ? 32 : day; });
        return Recurrence(MonthlyByDay{every, std::move(*days)});
    }
    if (const auto nth = by_weekday(every, rest)) return Recurrence(*nth);
    return refuse(rest, "days of the month such as day1,day15 or day-1, or one such as Second Tuesday Offset4 (-6 to 6)");
}

std::string unit_text(int every, std::string_view unit) {
    return every == 1 ? std::string(unit) : fmt::format("{}{}s", every, unit);
}

struct Format {
    std::string operator()(const Once&) const { return "Once"; }
    std::string operator()(const Hourly& hourly) const { return unit_text(hourly.every, "Hour"); }
    std::string operator()(const Daily& daily) const { return unit_text(daily.every, "Day"); }
    std::string operator()(const Weekly& weekly) const {
        std::vector<std::string> words;
        for (const std::chrono::weekday day : weekly.days) words.emplace_back(name_of(day));
        return unit_text(weekly.every, "Week") + (words.empty() ? "" : " " + join(words, ","));
    }
    std::string operator()(const MonthlyByDay& monthly) const {
        std::vector<std::string> words;
        for (const int day : monthly.days) words.push_back(fmt::format("day{}", day));
        return unit_text(monthly.every, "Month") + (words.empty() ? "" : " " + join(words, ","));
    }
    std::string operator()(const MonthlyByWeekday& monthly) const {
        const std::string_view which = monthly.nth < 0 ? "Last" : ordinals.at(static_cast<std::size_t>(monthly.nth - 1));
        return fmt::format("{} {} {}{}", unit_text(monthly.every, "Month"), which, name_of(monthly.day),
                           monthly.offset == 0 ? "" : fmt::format(" Offset{}", monthly.offset));
    }
};

}  // namespace

Result<Recurrence> parse_recurrence(std::string_view text) {
    const std::string simple = simplified(text);
    std::string_view rest = simple;
    const std::size_t digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
    const auto every = digits == 0 ? 1 : number_in(rest.substr(0, digits), 1, most_every);
    if (!every || rest.starts_with('0')) return refuse(text, fmt::format("a number from 1 to {}", most_every));
    rest.remove_prefix(digits);
    if (digits > 0) rest = trim(rest);
    std::string_view unit = take_until(rest, ' ');
    if (unit.ends_with('s')) unit.remove_suffix(1);
    if (unit == "hour" && rest.empty()) return Recurrence(Hourly{*every});
    if (unit == "day" && rest.empty()) return Recurrence(Daily{*every});
    if (unit == "week") return weekly(*every, rest).within(text);
    if (unit == "month") return monthly(*every, rest).within(text);
    return refuse(text,
                  "something such as Day, 3Days, 2Weeks Saturday,Sunday, Month day1,day15, Month Second Tuesday Offset4 "
                  "or 6Hours");
}

std::string format_recurrence(const Recurrence& recurrence) { return std::visit(Format(), recurrence); }

}  // namespace guestpatch
