#include "platform/time_zone.hpp"

#include <windows.h>

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "platform/base/text.hpp"
#include "platform/base/windows_zones.hpp"
#include "platform/windows/utf.hpp"

namespace guestpatch {
namespace {

namespace chrono = std::chrono;
using chrono::minutes;
using ZoneKey = DYNAMIC_TIME_ZONE_INFORMATION;

// From where rules are known at least, and until when they can be: GetTimeZoneInformationForYear goes no further than
// this program's documents need.
constexpr chrono::year earliest_start(2000);
constexpr chrono::year earliest_year(1970);
constexpr chrono::year latest_year(2200);

/// The local time of a change in a year, by the clock before it; nothing when there is none that year.
std::optional<LocalTime> change_in(const SYSTEMTIME& when, chrono::year year) {
    if (when.wMonth == 0 || (when.wYear != 0 && when.wYear != static_cast<int>(year))) return std::nullopt;
    const auto month = year / chrono::month(when.wMonth);
    const auto day = [&]() -> chrono::local_days {
        if (when.wYear != 0) return chrono::local_days(month / chrono::day(when.wDay));
        const chrono::weekday weekday(when.wDayOfWeek);
        if (when.wDay >= 5) return chrono::local_days(month / weekday[chrono::last]);
        return chrono::local_days(month / weekday[std::max<unsigned>(when.wDay, 1)]);
    }();
    // A day's end is written as 23:59:59.999.
    const seconds carry(when.wMilliseconds >= 500 ? 1 : 0);
    return day + chrono::hours(when.wHour) + minutes(when.wMinute) + seconds(when.wSecond) + carry;
}

Instant at(LocalTime local, seconds offset) { return Instant(local.time_since_epoch()) - offset; }

/// Continues `periods` by one year.
void append_year(const TIME_ZONE_INFORMATION& zone, chrono::year year, std::vector<ZonePeriod>& periods) {
    const seconds standard = -minutes(zone.Bias + zone.StandardBias);
    const seconds daylight = -minutes(zone.Bias + zone.DaylightBias);
    const auto into = change_in(zone.DaylightDate, year);
    const auto out_of = change_in(zone.StandardDate, year);
    const bool changes = into && out_of;
    const seconds at_first = changes && *out_of < *into ? daylight : standard;
    const LocalTime new_year = chrono::local_days(year / chrono::January / 1);
    const std::size_t before = periods.size();
    periods.push_back({before == 0 ? Instant::min() : at(new_year, periods.back().offset), at_first});
    if (!changes) return;
    periods.push_back({at(*into, standard), daylight});
    periods.push_back({at(*out_of, daylight), standard});
    std::ranges::stable_sort(periods.begin() + static_cast<std::ptrdiff_t>(before), periods.end(), {}, &ZonePeriod::from);
}

chrono::year year_of(Instant instant) {
    const chrono::sys_days first(earliest_year / chrono::January / 1);
    const chrono::sys_days last(latest_year / chrono::January / 1);
    return chrono::year_month_day(std::clamp(chrono::floor<chrono::days>(instant), first, last)).year();
}

ZoneRules rules_of(ZoneKey zone, std::string name, Instant from, Instant to) {
    std::vector<ZonePeriod> periods;
    // A year more on either side: local time may be in another one.
    const chrono::year last = year_of(to) + chrono::years(1);
    for (chrono::year year = std::min(year_of(from), earliest_start) - chrono::years(1); year <= last; ++year) {
        TIME_ZONE_INFORMATION that_year{};
        const bool known = ::GetTimeZoneInformationForYear(static_cast<USHORT>(static_cast<int>(year)), &zone, &that_year) != 0;
        if (!known) {
            that_year = {.Bias = zone.Bias,
                         .StandardName = {},
                         .StandardDate = zone.StandardDate,
                         .StandardBias = zone.StandardBias,
                         .DaylightName = {},
                         .DaylightDate = zone.DaylightDate,
                         .DaylightBias = zone.DaylightBias};
        }
        if (zone.DynamicDaylightTimeDisabled != 0) that_year.DaylightDate.wMonth = 0;
        append_year(that_year, year, periods);
    }
    return {std::move(name), tidy(periods)};
}

std::optional<ZoneKey> find_key(std::string_view id) {
    const std::string wanted = to_lower(id);
    ZoneKey zone{};
    for (DWORD index = 0; ::EnumDynamicTimeZoneInformation(index, &zone) == ERROR_SUCCESS; ++index) {
        if (to_lower(os::utf8(zone.TimeZoneKeyName)) == wanted) return zone;
    }
    return std::nullopt;
}

Result<ZoneRules> read_machine_zone(Instant from, Instant to) {
    ZoneKey zone{};
    if (::GetDynamicTimeZoneInformation(&zone) == TIME_ZONE_ID_INVALID) {
        return Error{Errc::failed, fmt::format("GetDynamicTimeZoneInformation: error {}", ::GetLastError())};
    }
    const std::string id = os::utf8(zone.TimeZoneKeyName);
    return rules_of(zone, id.empty() ? "local" : id, from, to);
}

class WindowsTimeZones final : public TimeZones {
    Result<ZoneRules> find(std::string_view name, Instant from, Instant to) override {
        if (to_lower(name) == "local") return read_machine_zone(from, to);
        if (to_lower(name) == "utc") return utc_rules();
        const WindowsZone* by_iana = find_windows_zone_of(name);
        const auto zone = find_key(by_iana == nullptr ? name : by_iana->id);
        if (!zone) return Error{Errc::not_found, fmt::format("no time zone is called \"{}\"", name)};
        return rules_of(*zone, os::utf8(zone->TimeZoneKeyName), from, to);
    }
};

}  // namespace

std::unique_ptr<TimeZones> make_time_zones() { return std::make_unique<WindowsTimeZones>(); }

}  // namespace guestpatch
