#include "agent/domain/schedule.hpp"

#include "tests/catch.hpp"

using namespace guestpatch;
using std::chrono::hours;

namespace {

Instant at(const char* text) { return parse_instant(text).value(); }
LocalTime local(const char* text) { return LocalTime(at(text).time_since_epoch()); }
Window window(const char* opens, const char* closes) { return {at(opens), at(closes)}; }

const ZoneTable zones{{"UTC", utc_rules()},
                      {"W. Europe Standard Time",
                       {"Europe/Berlin",
                        {{Instant::min(), seconds(3600)}, {at("2026-03-29T01:00:00Z"), seconds(7200)}, {at("2026-10-25T01:00:00Z"), seconds(3600)}}}}};

OffPeak off_peak() {
    OffPeak made{.start = hours(22), .duration = hours(8), .time_zone = "UTC", .spread = hours(2)};
    for (unsigned day = 0; day < 7; ++day) made.days.emplace_back(day);
    return made;
}

MaintenanceConfiguration configuration(const char* recurrence, seconds duration = hours(2)) {
    return {.id = "m",
            .start = local("2026-01-01T02:00:00Z"),
            .expiration = std::nullopt,
            .duration = duration,
            .time_zone = "UTC",
            .recurrence = parse_recurrence(recurrence).value()};
}

std::vector<Window> windows(const Schedule& schedule, const char* after, std::size_t count) {
    std::vector<Window> found;
    for (const ScheduledWindow& scheduled : upcoming(schedule, zones, at(after), count)) found.push_back(scheduled.window);
    return found;
}

}  // namespace

TEST_CASE("Off-peak windows come every chosen day, the one that is open first", "[schedule]") {
    Schedule schedule{.off_peak = off_peak()};
    CHECK(windows(schedule, "2026-11-21T03:00:00Z", 2) ==
          std::vector{window("2026-11-20T22:00:00Z", "2026-11-21T06:00:00Z"), window("2026-11-21T22:00:00Z", "2026-11-22T06:00:00Z")});
    CHECK(windows(schedule, "2026-11-21T06:00:00Z", 1) == std::vector{window("2026-11-21T22:00:00Z", "2026-11-22T06:00:00Z")});
    schedule.off_peak.days = {std::chrono::Saturday};
    CHECK(windows(schedule, "2026-11-22T06:00:00Z", 1) == std::vector{window("2026-11-28T22:00:00Z", "2026-11-29T06:00:00Z")});
    schedule.off_peak.days.clear();
    CHECK(windows(schedule, "2026-11-22T06:00:00Z", 1).empty());
}

TEST_CASE("A spread delays the opening, not the closing", "[schedule]") {
    const Schedule schedule{.off_peak = off_peak(), .spread_delay = std::chrono::minutes(90)};
    CHECK(windows(schedule, "2026-11-21T12:00:00Z", 1) == std::vector{window("2026-11-21T23:30:00Z", "2026-11-22T06:00:00Z")});
}

TEST_CASE("A machine's share of the spread is its own, stable, and at most a quarter of the window", "[schedule]") {
    CHECK(spread_delay_of(off_peak(), "one") == spread_delay_of(off_peak(), "one"));
    seconds sum{};
    seconds most{};
    for (int i = 0; i < 1000; ++i) {
        const seconds delay = spread_delay_of(off_peak(), "machine" + std::to_string(i));
        CHECK((delay >= seconds(0) && delay <= hours(2)));
        sum += delay;
        most = std::max(most, delay);
    }
    CHECK(sum / 1000 > std::chrono::minutes(55));
    CHECK(sum / 1000 < std::chrono::minutes(65));
    CHECK(most > std::chrono::minutes(118));
    OffPeak brief = off_peak();
    brief.duration = std::chrono::minutes(40);
    for (int i = 0; i < 200; ++i) CHECK(spread_delay_of(brief, std::to_string(i)) <= std::chrono::minutes(10));
    brief.spread = seconds(0);
    CHECK(spread_delay_of(brief, "one") == seconds(0));
}

TEST_CASE("All hours: each day is one window of its own length", "[schedule]") {
    Schedule schedule{.off_peak = off_peak(), .all_hours = true};
    schedule.off_peak.time_zone = "W. Europe Standard Time";
    CHECK(windows(schedule, "2026-03-28T12:00:00Z", 3) == std::vector{window("2026-03-27T23:00:00Z", "2026-03-28T23:00:00Z"),
                                                                      window("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"),
                                                                      window("2026-03-29T22:00:00Z", "2026-03-30T22:00:00Z")});
    schedule.off_peak.days = {std::chrono::Sunday};
    CHECK(windows(schedule, "2026-10-20T12:00:00Z", 1) == std::vector{window("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z")});
}

TEST_CASE("Maintenance configurations replace the off-peak hours, in the order of their windows", "[schedule]") {
    Schedule schedule{.off_peak = off_peak(), .configurations = {configuration("Week Sunday"), configuration("Week Saturday")}, .spread_delay = hours(1)};
    schedule.configurations[1].id = "s";
    schedule.configurations[1].time_zone = "W. Europe Standard Time";
    const auto found = upcoming(schedule, zones, at("2026-11-20T00:00:00Z"), 3);
    REQUIRE(found.size() == 3);
    CHECK(found[0] == ScheduledWindow{window("2026-11-21T01:00:00Z", "2026-11-21T03:00:00Z"), "s", "Europe/Berlin"});
    CHECK(found[1] == ScheduledWindow{window("2026-11-22T02:00:00Z", "2026-11-22T04:00:00Z"), "m", "UTC"});
    CHECK(found[2].source == "s");
    CHECK(zones_of(schedule) == std::vector<std::string>{"UTC", "W. Europe Standard Time"});
    schedule.configurations.clear();
    CHECK(zones_of(schedule) == std::vector<std::string>{"UTC"});
}

TEST_CASE("Where the off-peak hours do not apply, and there is nothing in their place, no window opens", "[schedule]") {
    Schedule schedule{.off_peak = off_peak(), .off_peak_applies = false};
    CHECK(windows(schedule, "2026-11-20T00:00:00Z", 3).empty());
    schedule.configurations = {configuration("Day")};
    CHECK(windows(schedule, "2026-11-20T00:00:00Z", 1) == std::vector{window("2026-11-20T02:00:00Z", "2026-11-20T04:00:00Z")});
}

TEST_CASE("A window that comes once is there until it closes", "[schedule]") {
    Schedule schedule{.off_peak = off_peak(), .configurations = {configuration("Day")}};
    schedule.configurations[0].recurrence = Once();
    const std::vector only{window("2026-01-01T02:00:00Z", "2026-01-01T04:00:00Z")};
    CHECK(windows(schedule, "2025-06-01T00:00:00Z", 5) == only);
    CHECK(windows(schedule, "2026-01-01T03:59:59Z", 5) == only);
    CHECK(windows(schedule, "2026-01-01T04:00:00Z", 5).empty());
}

TEST_CASE("Durations are elapsed time, starts keep their local time", "[schedule]") {
    Schedule schedule{.off_peak = off_peak(), .configurations = {configuration("Day", hours(3))}};
    schedule.configurations[0].time_zone = "W. Europe Standard Time";
    CHECK(windows(schedule, "2026-03-29T00:00:00Z", 2) ==
          std::vector{window("2026-03-29T01:00:00Z", "2026-03-29T04:00:00Z"), window("2026-03-30T00:00:00Z", "2026-03-30T03:00:00Z")});
}

TEST_CASE("An expiration ends the starts, not a window that runs", "[schedule]") {
    Schedule schedule{.configurations = {configuration("Day")}};
    schedule.configurations[0].expiration = local("2026-01-03T02:00:00Z");
    CHECK(windows(schedule, "2026-01-02T03:59:59Z", 9) == std::vector{window("2026-01-02T02:00:00Z", "2026-01-02T04:00:00Z")});
    CHECK(windows(schedule, "2026-01-02T04:00:00Z", 9).empty());
    schedule.configurations[0].expiration = local("2026-01-03T02:00:01Z");
    CHECK(windows(schedule, "2026-01-02T04:00:00Z", 9) == std::vector{window("2026-01-03T02:00:00Z", "2026-01-03T04:00:00Z")});
}

TEST_CASE("Occurrences that reach into each other are one window", "[schedule]") {
    Schedule schedule{.off_peak = off_peak()};
    schedule.off_peak.time_zone = "W. Europe Standard Time";
    schedule.off_peak.duration = hours(24);
    // The day the clocks go forward has 23 hours.
    CHECK(windows(schedule, "2026-03-28T22:00:00Z", 2) ==
          std::vector{window("2026-03-28T21:00:00Z", "2026-03-30T20:00:00Z"), window("2026-03-30T20:00:00Z", "2026-03-31T20:00:00Z")});
    CHECK(windows(schedule, "2026-03-30T19:00:00Z", 1) == std::vector{window("2026-03-28T21:00:00Z", "2026-03-30T20:00:00Z")});
}

TEST_CASE("A schedule that never closes still answers, and its windows do not overlap", "[schedule]") {
    const Schedule schedule{.configurations = {configuration("6Hours", hours(23))}};
    const auto found = windows(schedule, "2026-05-01T00:00:00Z", 20);
    REQUIRE(found.size() == 20);
    for (std::size_t i = 1; i < found.size(); ++i) CHECK(found[i].opens >= found[i - 1].closes);
}

TEST_CASE("What has no zone, or never comes, has no windows", "[schedule]") {
    Schedule schedule{.configurations = {configuration("Day"), configuration("12Months day31")}};
    schedule.configurations[0].time_zone = "Middle/Earth";
    schedule.configurations[1].start = local("2026-02-01T02:00:00Z");
    CHECK(windows(schedule, "2026-01-01T00:00:00Z", 5).empty());
    schedule.configurations[0] = configuration("Day");
    CHECK(windows(schedule, "2150-01-01T00:00:00Z", 5).empty());
    CHECK(windows(schedule, "2026-01-01T00:00:00Z", 0).empty());
}
