#include "agent/domain/recurrence.hpp"

#include "tests/catch.hpp"
#include "tests/tools/dice.hpp"

using namespace guestpatch;

namespace {

Instant at(const char* text) { return parse_instant(text).value(); }
LocalTime local(const char* text) { return LocalTime(at(text).time_since_epoch()); }

const ZoneRules berlin{"Europe/Berlin",
                       {{Instant::min(), seconds(3600)},
                        {at("2026-03-29T01:00:00Z"), seconds(7200)},
                        {at("2026-10-25T01:00:00Z"), seconds(3600)},
                        {at("2027-03-28T01:00:00Z"), seconds(7200)}}};

/// The days, and the times where they are not 22:00, in UTC.
std::vector<std::string> days(const char* text, const char* start, const char* from, std::size_t count) {
    std::vector<std::string> found;
    for (const Instant instant : occurrences(parse_recurrence(text).value(), local(start), utc_rules(), at(from), count)) {
        const std::string written = format_instant(instant);
        found.push_back(written.ends_with("T22:00:00Z") ? written.substr(0, 10) : written);
    }
    return found;
}

using Days = std::vector<std::string>;

}  // namespace

TEST_CASE("Recurrences are read in every documented spelling, and written in one", "[recurrence]") {
    const auto [text, canonical] = GENERATE(table<const char*, const char*>({
        {"Day", "Day"}, {"3Days", "3Days"}, {"1Day", "Day"}, {" 20 days ", "20Days"}, {"5DAYS", "5Days"},
        {"3Weeks", "3Weeks"}, {"Week Saturday,Sunday", "Week Saturday,Sunday"}, {"week  sunday ,  saturday", "Week Saturday,Sunday"},
        {"1Week Sunday", "Week Sunday"}, {"2Weeks Monday,Monday", "2Weeks Monday"},
        {"Month", "Month"}, {"2Months", "2Months"}, {"Month day23,day24", "Month day23,day24"}, {"Month 24, day-1,1", "Month day1,day24,day-1"},
        {"Month Last Sunday", "Month Last Sunday"}, {"Month Fourth Monday", "Month Fourth Monday"},
        {"Month Last Sunday Offset-3", "Month Last Sunday Offset-3"}, {"Month Third Sunday Offset6", "Month Third Sunday Offset6"},
        {"1Month Second Tuesday Offset+2", "Month Second Tuesday Offset2"}, {"Month First Friday Offset0", "Month First Friday"},
        {"6Hours", "6Hours"}, {"Hour", "Hour"}, {"12 hour", "12Hours"},
    }));
    CAPTURE(text);
    const auto recurrence = parse_recurrence(text);
    REQUIRE(recurrence);
    CHECK(format_recurrence(*recurrence) == canonical);
    CHECK(parse_recurrence(canonical) == *recurrence);
}

TEST_CASE("What is no recurrence is refused, and what was expected is said", "[recurrence]") {
    const auto text = GENERATE("", "  ", "3", "0Days", "01Days", "-1Day", "10000Days", "Fortnight", "Day Monday", "Days3", "6Hours Monday", "WeekMonday",
                               "Week Mon", "Week Monday,", "Week ,Monday", "Week Monday Sunday", "Month day0", "Month day32", "Month day", "Month day-2",
                               "Month Fifth Monday", "Month First", "Month First Monday Offset7", "Month First Monday Offset-7", "Month First Monday Offset",
                               "Month First Monday Offset+-1", "Month First Monday 3", "Month First Monday,Tuesday", "Day,Week", "1.5Days", "99999999999999Days");
    CAPTURE(text);
    const auto recurrence = parse_recurrence(text);
    REQUIRE_FALSE(recurrence);
    CHECK(recurrence.error().code == Errc::invalid);
    CHECK(recurrence.error().message.find("expected") != std::string::npos);
}

TEST_CASE("Days and weeks count from the first one; weeks begin on Monday", "[recurrence]") {
    CHECK(days("3Days", "2026-11-20T22:00:00Z", "2026-11-21T00:00:00Z", 3) == Days{"2026-11-23", "2026-11-26", "2026-11-29"});
    CHECK(days("Day", "2026-11-20T22:00:00Z", "2020-01-01T00:00:00Z", 2) == Days{"2026-11-20", "2026-11-21"});
    // 20 November 2026 is a Friday.
    CHECK(days("2Weeks", "2026-11-20T22:00:00Z", "2026-11-20T22:00:01Z", 2) == Days{"2026-12-04", "2026-12-18"});
    CHECK(days("2Weeks Monday,Sunday", "2026-11-20T22:00:00Z", "2026-01-01T00:00:00Z", 4) == Days{"2026-11-22", "2026-11-30", "2026-12-06", "2026-12-14"});
}

TEST_CASE("Months: days that do not exist are skipped, offsets cross into the next", "[recurrence]") {
    CHECK(days("Month day31", "2026-01-31T22:00:00Z", "2026-02-01T00:00:00Z", 3) == Days{"2026-03-31", "2026-05-31", "2026-07-31"});
    CHECK(days("Month day-1", "2028-01-01T22:00:00Z", "2028-01-01T00:00:00Z", 2) == Days{"2028-01-31", "2028-02-29"});
    CHECK(days("Month day31,day-1", "2026-01-01T22:00:00Z", "2026-01-01T00:00:00Z", 2) == Days{"2026-01-31", "2026-02-28"});
    CHECK(days("2Months", "2026-11-20T22:00:00Z", "2026-11-21T00:00:00Z", 2) == Days{"2027-01-20", "2027-03-20"});
    CHECK(days("Month Second Tuesday Offset4", "2026-11-01T22:00:00Z", "2026-11-01T00:00:00Z", 2) == Days{"2026-11-14", "2026-12-12"});
    CHECK(days("Month Last Sunday Offset6", "2026-11-10T22:00:00Z", "2026-11-10T00:00:00Z", 2) == Days{"2026-12-05", "2027-01-02"});
    CHECK(days("Month First Monday Offset-6", "2026-11-01T22:00:00Z", "2026-11-01T00:00:00Z", 2) == Days{"2026-12-01", "2026-12-29"});
    // The last Saturday of January, four days on, lies in February: after the first possible day.
    CHECK(days("Month Last Saturday Offset4", "2026-02-02T22:00:00Z", "2026-02-01T00:00:00Z", 2) == Days{"2026-02-04", "2026-03-04"});
}

TEST_CASE("Occurrences keep their local time; hours are counted in UTC", "[recurrence]") {
    const auto nightly = occurrences(Daily{1}, local("2026-03-28T02:30:00Z"), berlin, Instant(), 3);
    CHECK(nightly == std::vector{at("2026-03-28T01:30:00Z"), at("2026-03-29T01:30:00Z"), at("2026-03-30T00:30:00Z")});
    const auto autumn = occurrences(Daily{1}, local("2026-10-24T02:30:00Z"), berlin, Instant(), 3);
    CHECK(autumn == std::vector{at("2026-10-24T00:30:00Z"), at("2026-10-25T00:30:00Z"), at("2026-10-26T01:30:00Z")});
    const auto hourly = occurrences(Hourly{12}, local("2026-03-28T20:00:00Z"), berlin, at("2026-03-29T00:00:00Z"), 2);
    CHECK(hourly == std::vector{at("2026-03-29T07:00:00Z"), at("2026-03-29T19:00:00Z")});
}

TEST_CASE("A day a zone skips whole is not counted twice", "[recurrence]") {
    const ZoneRules apia{"Pacific/Apia", {{Instant::min(), -std::chrono::hours(10)}, {at("2011-12-30T10:00:00Z"), std::chrono::hours(14)}}};
    const auto found = occurrences(Daily{1}, local("2011-12-29T12:00:00Z"), apia, Instant(), 3);
    CHECK(found == std::vector{at("2011-12-29T22:00:00Z"), at("2011-12-30T22:00:00Z"), at("2011-12-31T22:00:00Z")});
}

TEST_CASE("Once is the first one, and none after it", "[recurrence]") {
    const LocalTime start = local("2026-03-29T02:30:00Z");
    const std::vector moved{at("2026-03-29T01:30:00Z")};  // 02:30 does not exist on that day
    CHECK(occurrences(Once(), start, berlin, Instant::min(), 9) == moved);
    CHECK(occurrences(Once(), start, berlin, moved.front(), 9) == moved);
    CHECK(occurrences(Once(), start, berlin, moved.front() + seconds(1), 9).empty());
    CHECK(occurrences(Once(), start, berlin, Instant::min(), 0).empty());
    CHECK(occurrences(Once(), local("2150-01-01T00:00:00Z"), berlin, Instant::min(), 9).empty());
    CHECK_FALSE(parse_recurrence(format_recurrence(Once())));
}

TEST_CASE("What never comes ends at once", "[recurrence]") {
    CHECK(days("12Months day31", "2026-02-01T22:00:00Z", "2026-02-01T00:00:00Z", 5).empty());
    CHECK(days("9999Months", "2026-02-01T22:00:00Z", "2026-02-02T00:00:00Z", 5).empty());
    CHECK(days("Day", "9999-12-31T22:00:00Z", "2026-02-01T00:00:00Z", 5).empty());
    CHECK(days("6Hours", "2100-12-31T22:00:00Z", "2026-02-01T00:00:00Z", 5) == Days{"2100-12-31"});
    CHECK(days("Day", "0001-01-01T22:00:00Z", "2026-02-01T00:00:00Z", 1) == Days{"2026-02-01"});
    CHECK(occurrences(Daily{1}, local("2026-01-01T00:00:00Z"), berlin, Instant::max(), 5).empty());
    CHECK(occurrences(Daily{1}, local("2026-01-01T00:00:00Z"), berlin, Instant::min(), 0).empty());
}

TEST_CASE("Looking from later finds the same occurrences", "[recurrence]") {
    Dice dice(7);
    for (std::size_t round = 0; round < 300; ++round) {
        const char* const texts[] = {"5Days", "3Weeks Monday,Sunday", "Month day1,day30", "7Months Last Friday Offset-6", "Month First Monday Offset6", "7Hours"};
        const Recurrence recurrence = parse_recurrence(texts[round % std::size(texts)]).value();
        const LocalTime start = local("2026-01-01T00:00:00Z") + seconds(dice.number(0, 86400 * 300));
        const auto all = occurrences(recurrence, start, berlin, Instant::min(), 40);
        REQUIRE(all.size() == 40);
        REQUIRE(std::ranges::adjacent_find(all, std::ranges::greater_equal()) == all.end());
        const std::size_t at_index = dice.count(38) + 1;
        const auto later = occurrences(recurrence, start, berlin, all[at_index - 1] + seconds(1), 40 - at_index);
        REQUIRE(later == std::vector(all.begin() + static_cast<std::ptrdiff_t>(at_index), all.end()));
    }
}
