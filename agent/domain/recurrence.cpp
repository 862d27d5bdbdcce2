#include "agent/domain/recurrence.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>

namespace guestpatch {
namespace {

namespace chrono = std::chrono;
using chrono::days;
using chrono::local_days;

// Nothing is planned beyond: where a recurrence never comes, the search for it ends here.
constexpr local_days horizon = chrono::local_days(chrono::year(2101) / 1 / 1);

std::int64_t divide_down(std::int64_t number, std::int64_t by) {
    return number >= 0 ? number / by : -((-number + by - 1) / by);
}

chrono::year_month month_of(local_days day) {
    const chrono::year_month_day date(day);
    return date.year() / date.month();
}

/// Which days a recurrence falls on, cycle by cycle: a cycle is `every` days, weeks or months, the first one that of
/// the first occurrence.
class Cycles {
  public:
    Cycles(const Recurrence& recurrence, local_days first) : recurrence_(recurrence), first_(first) {}

    /// The first cycle that may hold `day` or a later one.
    [[nodiscard]] std::int64_t number_at(local_days day) const {
        const auto number = [this, day]() -> std::int64_t {
            const std::int64_t behind = (day - first_).count();
            if (const auto* daily = std::get_if<Daily>(&recurrence_)) return divide_down(behind, daily->every);
            // The day may lie in the cycle before: of a week that began then, or moved out of its month by an offset.
            if (const auto* weekly = std::get_if<Weekly>(&recurrence_)) return divide_down(behind, weekly->every * 7) - 1;
            return divide_down((month_of(day) - month_of(first_)).count(), months()) - 1;
        }();
        // The one before the first too: "Last Saturday Offset4" of the month before may come after the first day.
        return std::max<std::int64_t>(number, -1);
    }

    /// Its days, in order; nothing beyond the horizon.
    [[nodiscard]] std::optional<std::vector<local_days>> days_of(std::int64_t number) const {
        if (const auto* daily = std::get_if<Daily>(&recurrence_)) {
            return within(first_ + days(number * daily->every), [](local_days day) { return std::vector{day}; });
        }
        if (const auto* weekly = std::get_if<Weekly>(&recurrence_)) {
            const local_days monday = first_ - (chrono::weekday(first_) - chrono::Monday);
            const local_days week = monday + days(7 * number * weekly->every);
            return within(week, [&](local_days first) { return days_of_week(*weekly, first); });
        }
        const std::int64_t ahead = number * months();
        if (ahead > 12 * 3000) return std::nullopt;
        const auto month = month_of(first_) + chrono::months(static_cast<int>(ahead));
        return within(local_days(month / 1), [&](local_days) { return days_of_month(month); });
    }

  private:
    template <class Days>
    static std::optional<std::vector<local_days>> within(local_days cycle, Days&& list) {
        if (cycle >= horizon) return std::nullopt;
        return list(cycle);
    }

    [[nodiscard]] int months() const {
        if (const auto* by_day = std::get_if<MonthlyByDay>(&recurrence_)) return by_day->every;
        return std::get<MonthlyByWeekday>(recurrence_).every;
    }

    [[nodiscard]] std::vector<local_days> days_of_week(const Weekly& weekly, local_days monday) const {
        std::vector<local_days> found;
        for (const chrono::weekday day : weekly.days) found.push_back(monday + (day - chrono::Monday));
        if (weekly.days.empty()) found.push_back(monday + (chrono::weekday(first_) - chrono::Monday));
        std::ranges::sort(found);
        return found;
    }

    [[nodiscard]] std::vector<local_days> days_of_month(chrono::year_month month) const {
        if (const auto* by_weekday = std::get_if<MonthlyByWeekday>(&recurrence_)) {
            const local_days last(month / by_weekday->day[chrono::last]);
            const local_days nth(month / by_weekday->day[static_cast<unsigned>(std::max(by_weekday->nth, 1))]);
            return {(by_weekday->nth < 0 ? last : nth) + days(by_weekday->offset)};
        }
        std::vector<int> wanted = std::get<MonthlyByDay>(recurrence_).days;
        if (wanted.empty()) wanted.push_back(static_cast<int>(static_cast<unsigned>(chrono::year_month_day(first_).day())));
        const int length = static_cast<int>(static_cast<unsigned>((month / chrono::last).day()));
        std::vector<local_days> found;
        for (const int day : wanted) {
            if (day <= length) found.push_back(local_days(month / 1) + days((day < 0 ? length : day) - 1));
        }
        std::ranges::sort(found);
        return found;
    }

    const Recurrence& recurrence_;
    local_days first_;
};

std::vector<Instant> hourly(const Hourly& hourly, Instant first, Instant from, std::size_t count) {
    const Instant end{horizon.time_since_epoch()};
    const seconds step = chrono::hours(hourly.every);
    std::vector<Instant> found;
    const std::int64_t skipped = from <= first ? 0 : divide_down((from - first).count() + step.count() - 1, step.count());
    for (Instant next = first + skipped * step; next < end && found.size() < count; next += step) found.push_back(next);
    return found;
}

}  // namespace

std::vector<Instant> occurrences(const Recurrence& recurrence, LocalTime start, const ZoneRules& zone, Instant from,
                                 std::size_t count) {
    const local_days first = chrono::floor<days>(start);
    if (first >= horizon || from >= Instant(horizon.time_since_epoch())) return {};
    const Instant first_instant = to_instant(zone, start);
    from = std::max(from, first_instant);
    if (std::holds_alternative<Once>(recurrence)) return std::vector<Instant>(from <= first_instant && count > 0 ? 1 : 0, first_instant);
    if (const auto* hours = std::get_if<Hourly>(&recurrence)) return hourly(*hours, first_instant, from, count);
    const Cycles cycles(recurrence, first);
    std::vector<Instant> found;
    const local_days about = chrono::floor<days>(to_local(zone, from)) - days(1);
    for (std::int64_t number = cycles.number_at(about); found.size() < count; ++number) {
        const auto in_cycle = cycles.days_of(number);
        if (!in_cycle) break;
        for (const local_days day : *in_cycle) {
            const Instant at = to_instant(zone, day + (start - first));
            // A day that a zone skips whole becomes the next one, which may be an occurrence of its own.
            const bool again = !found.empty() && at <= found.back();
            if (day >= first && at >= from && !again && found.size() < count) found.push_back(at);
        }
    }
    return found;
}

}  // namespace guestpatch
