#include "platform/base/zone_footer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace guestpatch {
namespace {

using std::chrono::days;
using std::chrono::year;

/// A day of every year, and the time of day on it by the clock before the change.
struct YearlyChange {
    enum class Kind { day_without_leap, day_of_year, weekday_of_month };

    Kind kind = Kind::day_of_year;
    int day = 0;   ///< of the year, from 0; of the week, Sunday is 0
    int week = 0;  ///< of the month; 5: the last
    int month = 0;
    seconds time = std::chrono::hours(2);
};

struct Footer {
    seconds standard{};
    seconds daylight{};
    std::optional<std::pair<YearlyChange, YearlyChange>> changes;  ///< into daylight time, and out of it
};

/// Takes the parts of a footer off the front of a text; the first that is not there makes it broken.
class Parts {
  public:
    explicit Parts(std::string_view text) : rest_(text) {}

    [[nodiscard]] bool done() const { return rest_.empty(); }
    [[nodiscard]] bool broken() const { return broken_; }
    bool take(char wanted) {
        if (!rest_.starts_with(wanted)) return false;
        rest_.remove_prefix(1);
        return true;
    }
    void expect(char wanted) { broken_ |= !take(wanted); }
    /// "CET" or "<+03>": what people call it is of no use here.
    void abbreviation() {
        const bool quoted = take('<');
        constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        const std::size_t end = quoted ? rest_.find('>') : std::min(rest_.find_first_not_of(letters), rest_.size());
        if (end == std::string_view::npos || end < 3) {
            broken_ = true;
            return;
        }
        rest_.remove_prefix(quoted ? end + 1 : end);
    }
    int number(int least, int most) {
        int value = -1;
        const auto [end, fault] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
        if (fault != std::errc() || rest_.front() == '-' || value < least || value > most) {
            broken_ = true;
            return least;
        }
        rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
        return value;
    }
    /// [+-]hh[:mm[:ss]]; RFC 9636 lets hours reach a week.
    seconds time() {
        const bool negative = take('-');
        if (!negative) take('+');
        seconds value = std::chrono::hours(number(0, 167));
        if (take(':')) value += std::chrono::minutes(number(0, 59));
        if (take(':')) value += seconds(number(0, 59));
        return negative ? -value : value;
    }
    YearlyChange change() {
        YearlyChange change;
        if (take('M')) {
            change.kind = YearlyChange::Kind::weekday_of_month;
            change.month = number(1, 12);
            expect('.');
            change.week = number(1, 5);
            expect('.');
            change.day = number(0, 6);
        } else if (take('J')) {
            change.kind = YearlyChange::Kind::day_without_leap;
            change.day = number(1, 365) - 1;
        } else {
            change.day = number(0, 365);
        }
        if (take('/')) change.time = time();
        return change;
    }

  private:
    std::string_view rest_;
    bool broken_ = false;
};

Result<Footer> parse_footer(std::string_view text) {
    Parts parts(text);
    Footer footer;
    parts.abbreviation();
    footer.standard = -parts.time();  // POSIX counts west of Greenwich
    footer.daylight = footer.standard + std::chrono::hours(1);
    if (!parts.done() && !parts.broken()) {
        parts.abbreviation();
        if (!parts.take(',')) {
            footer.daylight = -parts.time();
            parts.expect(',');
        }
        const YearlyChange into = parts.change();
        parts.expect(',');
        footer.changes = {into, parts.change()};
    }
    if (!parts.broken() && parts.done()) return footer;
    return Error{Errc::invalid, fmt::format("\"{}\" is not a rule such as CET-1CEST,M3.5.0,M10.5.0/3", text)};
}

std::chrono::sys_days day_in(const YearlyChange& change, year in) {
    namespace chrono = std::chrono;
    if (change.kind == YearlyChange::Kind::weekday_of_month) {
        const auto month = in / chrono::month(static_cast<unsigned>(change.month));
        const chrono::weekday day(static_cast<unsigned>(change.day));
        if (change.week == 5) return month / day[chrono::last];
        return month / day[static_cast<unsigned>(change.week)];
    }
    const bool after_february = change.kind == YearlyChange::Kind::day_without_leap && in.is_leap() && change.day >= 59;
    return chrono::sys_days(in / chrono::January / 1) + days(change.day + (after_february ? 1 : 0));
}

}  // namespace

Result<std::vector<ZonePeriod>> expand_footer(std::string_view text, year first, year last) {
    const auto footer = parse_footer(text);
    if (!footer) return footer.error();
    if (!footer->changes) return std::vector<ZonePeriod>{{Instant::min(), footer->standard}};
    std::vector<ZonePeriod> periods;
    const auto& [into, out_of] = *footer->changes;
    for (year in = first; in <= last; ++in) {
        periods.push_back({day_in(out_of, in) + out_of.time - footer->daylight, footer->standard});
        periods.push_back({day_in(into, in) + into.time - footer->standard, footer->daylight});
    }
    // Where one year's daylight time ends as the next one's begins, it never ends: the beginning stands last, and wins.
    std::ranges::stable_sort(periods, [&](const ZonePeriod& one, const ZonePeriod& other) {
        if (one.from != other.from) return one.from < other.from;
        return one.offset == footer->standard && other.offset != footer->standard;
    });
    const bool daylight_first = !periods.empty() && periods.front().offset == footer->standard;
    periods.insert(periods.begin(), {Instant::min(), daylight_first ? footer->daylight : footer->standard});
    return periods;
}

}  // namespace guestpatch
