// What TimeZones promises, kept by the machine and by the fake alike. Every zone's every change: tests/tools/zone_oracle_test.py.
#include "platform/time_zone.hpp"

#include "platform/base/windows_zones.hpp"
#include "tests/catch.hpp"
#include "tests/fakes/zones.hpp"

namespace guestpatch {
namespace {

Instant at(const char* text) { return parse_instant(text).value(); }
LocalTime local(const char* text) { return LocalTime(at(text).time_since_epoch()); }

const Instant from = parse_instant("2026-01-01T00:00:00Z").value();
const Instant to = parse_instant("2028-01-01T00:00:00Z").value();

/// Central European time, as the European Union has it since 1996.
ZoneRules central_europe() {
    return {"Europe/Berlin",
            {{Instant::min(), seconds(3600)},
             {at("2026-03-29T01:00:00Z"), seconds(7200)},
             {at("2026-10-25T01:00:00Z"), seconds(3600)},
             {at("2027-03-28T01:00:00Z"), seconds(7200)},
             {at("2027-10-31T01:00:00Z"), seconds(3600)}}};
}

struct RealZones {
    std::unique_ptr<TimeZones> zones = make_time_zones();
};

struct FakedZones {
    FakedZones() {
        auto fake = std::make_unique<FakeTimeZones>();
        for (const char* name : {"Europe/Berlin", "W. Europe Standard Time"}) fake->zones[name] = central_europe();
        zones = std::move(fake);
    }
    std::unique_ptr<TimeZones> zones;
};

TEMPLATE_TEST_CASE("UTC is known everywhere, and has no summer", "[zones]", RealZones, FakedZones) {
    TestType subject;
    const auto utc = subject.zones->find("UTC", from, to);
    REQUIRE(utc);
    CHECK(*utc == utc_rules());
    CHECK(subject.zones->find("utc", from, to) == *utc);
}

TEMPLATE_TEST_CASE("the machine has a zone of its own", "[zones]", RealZones, FakedZones) {
    TestType subject;
    const auto machine = subject.zones->find("local", from, to);
    REQUIRE(machine);
    CHECK_FALSE(machine->name.empty());
    CHECK_FALSE(machine->periods.empty());
    CHECK(subject.zones->find("Local", from, to) == *machine);
}

TEMPLATE_TEST_CASE("what nobody knows is not found, and named", "[zones]", RealZones, FakedZones) {
    TestType subject;
    const auto name = GENERATE("Middle/Earth", "", "Europe", "../../../etc/passwd", "/etc/localtime", "W. Europe", "Europe/Berlin/", "tzdata.zi");
    CAPTURE(name);
    const auto found = subject.zones->find(name, from, to);
    REQUIRE_FALSE(found);
    CHECK(found.error().code == Errc::not_found);
    CHECK(found.error().message.find(name) != std::string::npos);
}

TEMPLATE_TEST_CASE("a zone is known by either of its names, in any case", "[zones]", RealZones, FakedZones) {
    TestType subject;
    const auto name = GENERATE("Europe/Berlin", "europe/BERLIN", "W. Europe Standard Time", "w. europe standard time");
    CAPTURE(name);
    const auto zone = subject.zones->find(name, from, to);
    REQUIRE(zone);
    CHECK_FALSE(zone->name.empty());
    CHECK(std::ranges::is_sorted(zone->periods, {}, &ZonePeriod::from));
    CHECK(to_local(*zone, at("2026-03-29T00:59:59Z")) == local("2026-03-29T01:59:59Z"));
    CHECK(to_local(*zone, at("2026-03-29T01:00:00Z")) == local("2026-03-29T03:00:00Z"));
    CHECK(to_local(*zone, at("2027-10-31T00:59:59Z")) == local("2027-10-31T02:59:59Z"));
    CHECK(to_local(*zone, at("2027-10-31T01:00:00Z")) == local("2027-10-31T02:00:00Z"));
    CHECK(to_instant(*zone, local("2027-03-28T02:30:00Z")) == at("2027-03-28T01:30:00Z"));
    CHECK(to_instant(*zone, local("2026-10-25T02:30:00Z")) == at("2026-10-25T00:30:00Z"));
}

TEST_CASE("the real zones reach further back than asked: hourly windows count from their start", "[zones]") {
    const auto zone = make_time_zones()->find("Europe/Berlin", from, to);
    REQUIRE(zone);
    CHECK(to_instant(*zone, local("2010-07-01T12:00:00Z")) == at("2010-07-01T10:00:00Z"));
    CHECK(to_instant(*zone, local("2010-12-01T12:00:00Z")) == at("2010-12-01T11:00:00Z"));
}

TEST_CASE("the real zones include every one of the table", "[zones]") {
    const auto zones = make_time_zones();
    CHECK(windows_zones().size() == 141);
    for (const WindowsZone& zone : windows_zones()) {
        CAPTURE(zone.id, zone.iana);
        const auto found = zones->find(zone.id, from, to);
        // What Windows has given up, only others are sure to know.
        CHECK((found || zone.obsolete));
        CHECK(zones->find(zone.iana, from, to));
    }
}

}  // namespace
}  // namespace guestpatch
