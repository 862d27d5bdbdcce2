#include "agent/engine/windows.hpp"

#include <algorithm>

#include "platform/base/zone_footer.hpp"
#include "tests/catch.hpp"
#include "tests/fakes/machine.hpp"

using namespace guestpatch;

namespace {

/// Berlin, known as far as somebody asks: from then on it stays as it is.
class BerlinTimeZones final : public TimeZones {
    Result<ZoneRules> find(std::string_view name, Instant, Instant to) override {
        if (name != "Europe/Berlin") return Error{Errc::not_found, "no such zone"};
        const auto last = std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(to)).year();
        auto periods = expand_footer("CET-1CEST,M3.5.0,M10.5.0/3", std::chrono::year(2000), last);
        if (!periods) return periods.error();
        return ZoneRules{"Europe/Berlin", std::move(*periods)};
    }
};

Schedule on_the_first_of(int months) {
    const LocalTime start = std::chrono::local_days(std::chrono::year(2026) / 1 / 1) + std::chrono::hours(22);
    return {.off_peak = {.time_zone = "Europe/Berlin"},
            .configurations = {{.id = "m",
                                .start = start,
                                .duration = std::chrono::hours(2),
                                .time_zone = "Europe/Berlin",
                                .recurrence = MonthlyByDay{months, {1}}}}};
}

}  // namespace

TEST_CASE("Windows keep to daylight saving time as far ahead as there are any", "[windows]") {
    FakeMachine machine;
    BerlinTimeZones berlin;
    const Seams seams{machine.clocks, machine.files,     machine.host,     machine.locks, machine.log,
                      machine.processes, machine.rebooter, berlin, machine.units};
    const Windows windows(seams, on_the_first_of(1), machine.clocks.wall());
    const auto found = windows.upcoming(machine.clocks.wall(), 1000);
    const Instant last_july = std::chrono::sys_days(std::chrono::year(2100) / 7 / 1) + std::chrono::hours(20);
    CHECK(std::ranges::count(found, last_july, [](const ScheduledWindow& one) { return one.window.opens; }) == 1);
    CHECK(windows.describe("Europe/Berlin", last_july) == "2100-07-01T22:00:00+02:00");
    for (const ScheduledWindow& one : found) {
        const std::string opens = windows.describe("Europe/Berlin", one.window.opens);
        if (opens.substr(8, 8) != "01T22:00") FAIL_CHECK(opens);
        const bool summer = opens.substr(5, 2) >= "04" && opens.substr(5, 2) <= "10";
        if (opens.substr(19) != (summer ? "+02:00" : "+01:00")) FAIL_CHECK(opens);
    }
}

TEST_CASE("Assessments keep to the off-peak hours, also where nothing is installed in them", "[windows]") {
    FakeMachine machine;
    Settings settings{.off_peak = {.start = std::chrono::hours(22), .duration = std::chrono::hours(8), .time_zone = "UTC"}};
    for (unsigned day = 0; day < 7; ++day) settings.off_peak.days.emplace_back(day);
    settings.off_peak_applies = false;
    const Windows windows(machine.seams, schedule_of(settings, "machine"), machine.clocks.wall());
    CHECK(windows.upcoming(machine.clocks.wall(), 3).empty());
    CHECK(windows.off_peak(machine.clocks.wall(), 3).size() == 3);
}
