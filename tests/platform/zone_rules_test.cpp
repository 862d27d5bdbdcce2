#include "platform/base/zone_rules.hpp"

#include "platform/base/tzif.hpp"
#include "platform/base/windows_zones.hpp"
#include "platform/base/zone_footer.hpp"
#include "tests/catch.hpp"

using namespace guestpatch;

namespace {

Instant at(const char* text) { return parse_instant(text).value(); }
LocalTime local(const char* text) { return LocalTime(at(text).time_since_epoch()); }
std::vector<ZonePeriod> expanded(std::string_view rule, int first, int last) {
    return expand_footer(rule, std::chrono::year(first), std::chrono::year(last)).value();
}

/// A file of two blocks whose second has one transition, into UTC+2, and a footer.
std::string zone_file(std::string_view footer, char type = 1) {
    const auto number = [](std::uint64_t value, int width) {
        std::string bytes;
        for (int i = width - 1; i >= 0; --i) bytes += static_cast<char>(value >> (8 * i) & 0xff);
        return bytes;
    };
    const auto header = [&](std::uint64_t transitions, std::uint64_t types) {
        return "TZif2" + std::string(15, '\0') + number(0, 4) + number(0, 4) + number(0, 4) + number(transitions, 4) + number(types, 4) + number(4, 4);
    };
    const std::string first = header(0, 1) + std::string(6, '\0') + std::string("UTC\0", 4);
    const std::string types = number(3600, 4) + std::string(2, '\0') + number(7200, 4) + std::string("\1\0", 2);
    const std::string second = header(1, 2) + number(1'000'000'000, 8) + type + types + std::string("ABC\0", 4);
    return first + second + "\n" + std::string(footer) + "\n";
}

}  // namespace

TEST_CASE("A local time a gap skips is moved forward by the gap; of two, the first counts", "[zones]") {
    const ZoneRules zone{"", {{Instant::min(), seconds(3600)}, {at("2026-03-29T01:00:00Z"), seconds(7200)}, {at("2026-10-25T01:00:00Z"), seconds(3600)}}};
    CHECK(to_instant(zone, local("2026-03-29T01:59:59Z")) == at("2026-03-29T00:59:59Z"));
    CHECK(to_instant(zone, local("2026-03-29T02:00:00Z")) == at("2026-03-29T01:00:00Z"));
    CHECK(to_local(zone, to_instant(zone, local("2026-03-29T02:30:00Z"))) == local("2026-03-29T03:30:00Z"));
    CHECK(to_instant(zone, local("2026-03-29T03:00:00Z")) == at("2026-03-29T01:00:00Z"));
    CHECK(to_instant(zone, local("2026-10-25T02:00:00Z")) == at("2026-10-25T00:00:00Z"));
    CHECK(to_instant(zone, local("2026-10-25T02:59:59Z")) == at("2026-10-25T00:59:59Z"));
    CHECK(to_instant(zone, local("2026-10-25T03:00:00Z")) == at("2026-10-25T02:00:00Z"));
    CHECK(to_local(zone, at("1950-01-01T00:00:00Z")) == local("1950-01-01T01:00:00Z"));
}

TEST_CASE("A whole day may be skipped", "[zones]") {
    // Samoa left out 30 December 2011.
    const ZoneRules zone{"Pacific/Apia", {{Instant::min(), -std::chrono::hours(10)}, {at("2011-12-30T10:00:00Z"), std::chrono::hours(14)}}};
    CHECK(to_instant(zone, local("2011-12-29T23:00:00Z")) == at("2011-12-30T09:00:00Z"));
    CHECK(to_instant(zone, local("2011-12-30T12:00:00Z")) == at("2011-12-30T22:00:00Z"));
    CHECK(to_instant(zone, local("2011-12-31T12:00:00Z")) == at("2011-12-30T22:00:00Z"));
}

TEST_CASE("Tidy periods change something and last", "[zones]") {
    const Instant noon = at("2026-01-01T12:00:00Z");
    CHECK(tidy({{Instant::min(), seconds(1)}, {noon, seconds(1)}, {noon + seconds(5), seconds(2)}, {noon + seconds(5), seconds(1)}}) ==
          std::vector<ZonePeriod>{{Instant::min(), seconds(1)}});
}

TEST_CASE("A footer without daylight time is one period, west of Greenwich is positive", "[zones]") {
    CHECK(expanded("CET-1", 2026, 2027) == std::vector<ZonePeriod>{{Instant::min(), seconds(3600)}});
    CHECK(expanded("<-0330>3:30", 2026, 2027) == std::vector<ZonePeriod>{{Instant::min(), -seconds(12600)}});
}

TEST_CASE("A footer's changes, in the north, the south and in odd places", "[zones]") {
    const std::vector<ZonePeriod> berlin = expanded("CET-1CEST,M3.5.0,M10.5.0/3", 2026, 2026);
    CHECK(berlin == std::vector<ZonePeriod>{{Instant::min(), seconds(3600)}, {at("2026-03-29T01:00:00Z"), seconds(7200)}, {at("2026-10-25T01:00:00Z"), seconds(3600)}});
    const std::vector<ZonePeriod> sydney = expanded("AEST-10AEDT,M10.1.0,M4.1.0/3", 2026, 2026);
    CHECK(sydney == std::vector<ZonePeriod>{{Instant::min(), seconds(39600)}, {at("2026-04-04T16:00:00Z"), seconds(36000)}, {at("2026-10-03T16:00:00Z"), seconds(39600)}});
    // Dublin's winter is its daylight time; Nuuk changes the evening before; Lord Howe by half an hour.
    CHECK(expanded("IST-1GMT0,M10.5.0,M3.5.0/1", 2026, 2026)[1] == ZonePeriod{at("2026-03-29T01:00:00Z"), seconds(3600)});
    CHECK(expanded("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 2026, 2026)[1] == ZonePeriod{at("2026-03-29T01:00:00Z"), -seconds(3600)});
    CHECK(expanded("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", 2026, 2026)[1] == ZonePeriod{at("2026-04-04T15:00:00Z"), seconds(37800)});
    CHECK(expanded("XXX0YYY,J60/0,J300/0", 2028, 2028)[1].from == at("2028-03-01T00:00:00Z"));
    CHECK(expanded("XXX0YYY,59/0,300/0", 2028, 2028)[1].from == at("2028-02-29T00:00:00Z"));
}

TEST_CASE("Daylight time all year never ends", "[zones]") {
    const std::vector<ZonePeriod> periods = tidy(expanded("XXX3EDT4,0/0,J365/23", 2026, 2029));
    const ZoneRules zone{"", periods};
    CHECK(to_local(zone, at("2027-01-01T04:00:00Z")) == local("2027-01-01T00:00:00Z"));
    CHECK(to_local(zone, at("2028-12-31T12:00:00Z")) == local("2028-12-31T08:00:00Z"));
}

TEST_CASE("What is no footer is refused, with the text", "[zones]") {
    const auto text = GENERATE("", "CET", "C-1", "<+03-3", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M3.6.0,M10.5.0",
                               "CET-1CEST,M3.5.7,M10.5.0", "CET-168", "CET-1 ", "CET--1", "CET-1CEST,J0,J365", "CET-1CEST,-1,5");
    CAPTURE(text);
    const auto periods = expand_footer(text, std::chrono::year(2026), std::chrono::year(2026));
    REQUIRE_FALSE(periods);
    CHECK(periods.error().code == Errc::invalid);
}

TEST_CASE("A zone file goes on where its transitions end", "[zones]") {
    const auto zone = decode_tzif(zone_file("EET-2EEST,M3.5.0/3,M10.5.0/4"), at("2040-08-01T00:00:00Z"));
    REQUIRE(zone);
    CHECK(zone->periods[0] == ZonePeriod{Instant::min(), seconds(3600)});
    CHECK(zone->periods[1] == ZonePeriod{Instant(seconds(1'000'000'000)), seconds(7200)});
    CHECK(to_local(*zone, at("2040-07-01T00:00:00Z")) == local("2040-07-01T03:00:00Z"));
    CHECK(to_local(*zone, at("2040-01-01T00:00:00Z")) == local("2040-01-01T02:00:00Z"));
    CHECK(zone->periods.back().from < at("2040-08-04T00:00:00Z"));
    const auto still = decode_tzif(zone_file(""), at("2040-08-01T00:00:00Z"));
    REQUIRE(still);
    CHECK(still->periods.size() == 2);
}

TEST_CASE("Every cut through a zone file, and every wrong number, is refused", "[zones]") {
    const std::string whole = zone_file("CET-1CEST,M3.5.0,M10.5.0/3");
    REQUIRE(decode_tzif(whole, Instant()));
    for (std::size_t length = 0; length < whole.size(); ++length) {
        CAPTURE(length);
        CHECK_FALSE(decode_tzif(whole.substr(0, length), Instant()));
    }
    CHECK_FALSE(decode_tzif(zone_file("CET-1", 2), Instant()));
    CHECK_FALSE(decode_tzif(zone_file("Europe"), Instant()));
    std::string leaps = whole;
    leaps[54 + 31] = 1;  // the second header's count of leap seconds
    const auto refused = decode_tzif(leaps + std::string(12, '\0'), Instant());
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message.find("leap seconds") != std::string::npos);
}

TEST_CASE("Windows' zones have names of the zone data, and back", "[zones]") {
    CHECK(windows_zones().size() == 141);
    CHECK(find_windows_zone("w. EUROPE standard time")->iana == "Europe/Berlin");
    CHECK(find_windows_zone("FLE Standard Time")->iana == "Europe/Kyiv");
    CHECK(find_windows_zone("FLE Standard Time")->link == "Europe/Kiev");
    CHECK(find_windows_zone("Mid-Atlantic Standard Time")->iana == "Etc/GMT+2");
    CHECK(find_windows_zone_of("europe/kiev")->id == "FLE Standard Time");
    CHECK(find_windows_zone_of("Etc/GMT+2")->id == "UTC-02");
    CHECK(find_windows_zone_of("Asia/Kamchatka")->id == "Russia Time Zone 11");
    CHECK(find_windows_zone("") == nullptr);
    CHECK(find_windows_zone_of("") == nullptr);
    CHECK(find_windows_zone("Europe/Berlin") == nullptr);
}
