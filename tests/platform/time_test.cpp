#include "platform/base/time.hpp"

#include "tests/catch.hpp"
#include "tests/tools/dice.hpp"

namespace guestpatch {
namespace {

using namespace std::chrono_literals;

// 0000-01-01T00:00:00Z to 9999-12-31T23:59:59Z
constexpr std::int64_t first_second = -62'167'219'200;
constexpr std::int64_t last_second = 253'402'300'799;

TEST_CASE("an instant survives being written and read", "[time]") {
    Dice dice(1);
    for (int i = 0; i < 20'000; ++i) {
        const Instant instant(seconds(dice.number(first_second, last_second)));
        const std::string text = format_instant(instant);
        REQUIRE(text.size() == 20);
        REQUIRE(parse_instant(text) == instant);
    }
}

TEST_CASE("the first and the last instant are written with four digits", "[time]") {
    CHECK(format_instant(Instant(seconds(first_second))) == "0000-01-01T00:00:00Z");
    CHECK(format_instant(Instant(seconds(last_second))) == "9999-12-31T23:59:59Z");
    CHECK(format_instant(Instant(seconds(-1))) == "1969-12-31T23:59:59Z");
}

TEST_CASE("an offset moves an instant and nothing else", "[time]") {
    Dice dice(2);
    for (int i = 0; i < 5'000; ++i) {
        const Instant instant(seconds(dice.number(0, last_second / 2)));
        const auto hours = dice.number(0, 23);
        const auto minutes = dice.number(0, 59);
        const bool east = dice.coin();
        const seconds offset = (std::chrono::hours(hours) + std::chrono::minutes(minutes)) * (east ? 1 : -1);
        std::string text = format_instant(instant + offset);
        text.pop_back();
        const auto two = [](std::int64_t number) { return (number < 10 ? "0" : "") + std::to_string(number); };
        text += (east ? "+" : "-") + two(hours) + ":" + two(minutes);
        INFO(text);
        REQUIRE(parse_instant(text) == instant);
    }
}

TEST_CASE("every spelling RFC 3339 allows is read", "[time]") {
    const Instant instant = parse_instant("2026-11-10T23:02:11Z").value();
    for (const char* text : {"2026-11-10t23:02:11z", "2026-11-10 23:02:11Z", "2026-11-10T23:02:11.9Z",
                             "2026-11-10T23:02:11.123456789Z", "2026-11-10T23:02:11+00:00", "2026-11-10T23:02:11-00:00",
                             "2026-11-11T04:32:11+05:30", "2026-11-10T15:02:11.000-08:00"}) {
        CHECK(parse_instant(text) == instant);
    }
    CHECK(parse_instant("2024-02-29T12:00:00Z"));
    CHECK(parse_instant("2016-12-31T23:59:60Z") == parse_instant("2017-01-01T00:00:00Z"));
}

TEST_CASE("what is not an instant is refused by name", "[time]") {
    for (const char* text : {"",
                             "2026",
                             "2026-11-10",
                             "2026-11-10T23:02Z",
                             "2026-11-10T23:02:11",
                             "2026-11-10T23:02:11 Z",
                             "2026-11-10T24:00:00Z",
                             "2026-11-10T23:60:00Z",
                             "2026-11-10T23:02:61Z",
                             "2026-13-01T00:00:00Z",
                             "2026-00-01T00:00:00Z",
                             "2026-02-29T00:00:00Z",
                             "2026-04-31T00:00:00Z",
                             "26-11-10T23:02:11Z",
                             "2026-11-10T23:02:11.Z",
                             "2026-11-10T23:02:11.1234567890Z",
                             "2026-11-10T23:02:11+0530",
                             "2026-11-10T23:02:11+24:00",
                             "2026-11-10T23:02:11+05:60",
                             "2026-11-10T23:02:11ZZ",
                             " 2026-11-10T23:02:11Z",
                             "+2026-11-10T23:02:11Z",
                             "2026-1-10T23:02:11Z",
                             "20261110T230211Z",
                             "now"}) {
        INFO(text);
        const auto parsed = parse_instant(text);
        REQUIRE_FALSE(parsed);
        CHECK(parsed.error().code == Errc::invalid);
        CHECK(parsed.error().message.contains("2026-11-10T23:02:11Z"));
        CHECK(parsed.error().message.starts_with("\"" + std::string(text) + "\""));
    }
}

TEST_CASE("an instant that could not be written again is refused", "[time]") {
    CHECK_FALSE(parse_instant("9999-12-31T23:59:59-00:01"));
    CHECK_FALSE(parse_instant("9999-12-31T23:59:60Z"));
    CHECK_FALSE(parse_instant("0000-01-01T00:00:00+00:01"));
    CHECK(parse_instant("9999-12-31T23:59:59+00:01"));
}

TEST_CASE("a day is its first instant", "[time]") {
    CHECK(parse_day("2026-06-10") == parse_instant("2026-06-10T00:00:00Z").value());
    for (const char* text : {"", "2026-06", "2026-06-31", "2026-6-10", "2026-06-10T", "2026/06/10", "10-06-2026"}) {
        CHECK(parse_day(text) == std::nullopt);
    }
}

TEST_CASE("a duration survives being written and read", "[time]") {
    Dice dice(3);
    for (int i = 0; i < 20'000; ++i) {
        const seconds duration(dice.number(0, dice.coin() ? 100'000 : 3'599'999'999'999));
        REQUIRE(parse_duration(format_duration(duration)) == duration);
    }
}

TEST_CASE("a duration is written in its canonical form", "[time]") {
    CHECK(format_duration(0s) == "PT0S");
    CHECK(format_duration(-5s) == "PT0S");
    CHECK(format_duration(90min) == "PT1H30M");
    CHECK(format_duration(1h) == "PT1H");
    CHECK(format_duration(36h + 5s) == "PT36H5S");
    CHECK(format_duration(59s) == "PT59S");
}

TEST_CASE("durations of fixed length are read", "[time]") {
    CHECK(parse_duration("PT4H") == 4h);
    CHECK(parse_duration("PT90M") == 90min);
    CHECK(parse_duration("P30D") == 720h);
    CHECK(parse_duration("P1DT2H3M4S") == 26h + 3min + 4s);
    CHECK(parse_duration("PT0S") == 0s);
    CHECK(parse_duration("P0D") == 0s);
    CHECK(parse_duration("PT1H4S") == 1h + 4s);
    CHECK(parse_duration("PT1.5S") == 1s);
    CHECK(parse_duration("PT1,999999999S") == 1s);
    CHECK(parse_duration("PT999999999S") == 999'999'999s);
}

TEST_CASE("what is not a duration of fixed length is refused by name", "[time]") {
    for (const char* text : {"",        "P",       "PT",      "T1H",    "4H",     "PT4",   "PT4H ", " PT4H",
                             "pt4h",    "-PT4H",   "P-1D",    "+PT4H",  "P1Y",    "P1M",   "P1W",   "PT1H1H",
                             "PT1S1M",  "P1DT",    "P1H",     "PT1D",   "PT1.5H", "PT.5S", "PT1.S", "PT1234567890S",
                             "P1DT1D",  "PT1HT1M", "PTT1H",   "PT4H30", "2h",     "P1D1D", "PT 4H", "PT1.1234567890S",
                             "PT1.5S1", "P1.5D",   "PT1H-1M", "PT1e3S"}) {
        INFO(text);
        const auto parsed = parse_duration(text);
        REQUIRE_FALSE(parsed);
        CHECK(parsed.error().code == Errc::invalid);
        CHECK(parsed.error().message.starts_with("\"" + std::string(text) + "\""));
    }
}

TEST_CASE("a duration that could not be written again is refused", "[time]") {
    CHECK(parse_duration("PT999999999H"));
    CHECK(parse_duration("PT999999999H59M59S"));
    CHECK_FALSE(parse_duration("PT999999999H60M"));
    CHECK_FALSE(parse_duration("P999999999D"));
}

TEST_CASE("a deadline passes once and leaves nothing behind it", "[time]") {
    const Deadline deadline{BootTime(10s)};
    CHECK_FALSE(deadline.passed(BootTime(9'999ms)));
    CHECK(deadline.left(BootTime(9'999ms)) == 1ms);
    CHECK(deadline.passed(BootTime(10s)));
    CHECK(deadline.left(BootTime(11s)) == 0ms);
    CHECK_FALSE(Deadline().passed(BootTime(1'000'000h)));
    CHECK(Deadline().left(BootTime(0ms)) > 1'000'000h);
}

TEST_CASE("people read durations in one unit", "[time]") {
    CHECK(describe_duration(0s) == "0 s");
    CHECK(describe_duration(59s) == "59 s");
    CHECK(describe_duration(60s) == "1 min");
    CHECK(describe_duration(59min + 59s) == "59 min");
    CHECK(describe_duration(5h + 30min) == "5 h");
    CHECK(describe_duration(47h) == "47 h");
    CHECK(describe_duration(48h) == "2 days");
    CHECK(describe_duration(300h) == "12 days");
}

}  // namespace
}  // namespace guestpatch
