// The windows of a machine: off-peak hours, or the maintenance configurations that replace them. Pure.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/domain/installation.hpp"
#include "agent/domain/recurrence.hpp"
#include "agent/domain/scope.hpp"
#include "agent/domain/selection.hpp"
#include "agent/domain/window.hpp"
#include "platform/base/zone_rules.hpp"

namespace guestpatch {

enum class Cadence { every_window, monthly };
enum class AllHours { no, yes, automatic };

/// The default window: hours in which the machine has little to do.
struct OffPeak {
    seconds start{};  ///< after midnight
    seconds duration{};
    std::string time_zone = "local";
    std::vector<std::chrono::weekday> days;
    seconds spread{};  ///< the start is delayed by a stable part of this, at most a quarter of the window
    Cadence cadence = Cadence::every_window;
    AllHours all_hours = AllHours::automatic;
    seconds attempt_within{};

    friend bool operator==(const OffPeak&, const OffPeak&) = default;
};

/// Who wrote a maintenance configuration.
enum class ScheduleOrigin {
    local,  ///< a file of this machine's
    goal,   ///< the host, in its goal state
};

/// An InGuestPatch maintenance configuration, as far as it concerns this machine.
struct MaintenanceConfiguration {
    std::string id;
    LocalTime start;
    std::optional<LocalTime> expiration;  ///< no occurrence starts at or after it
    seconds duration{};
    std::string time_zone;
    Recurrence recurrence;
    std::optional<RebootSetting> reboot_setting;
    Selection selection;  ///< of this operating system's parameters
    bool exclude_reboot = false;  ///< leave out what needs a reboot
    ScopeFilter filter{};         ///< whose it is
    ScheduleOrigin origin = ScheduleOrigin::local;

    friend bool operator==(const MaintenanceConfiguration&, const MaintenanceConfiguration&) = default;
};

/// Everything windows come from. Maintenance configurations replace the off-peak hours.
struct Schedule {
    OffPeak off_peak;
    std::vector<MaintenanceConfiguration> configurations;
    bool off_peak_applies = true;  ///< where there are no configurations; else no window ever opens
    bool all_hours = false;   ///< off-peak: the hours are lifted
    seconds spread_delay{};   ///< off-peak: this machine's own, from spread_delay_of()

    friend bool operator==(const Schedule&, const Schedule&) = default;
};

/// The rules of the zones a schedule speaks of, by the names it uses.
using ZoneTable = std::map<std::string, ZoneRules, std::less<>>;
/// Those names.
[[nodiscard]] std::vector<std::string> zones_of(const Schedule& schedule);

/// A machine's own, stable share of the spread: at most `spread` and a quarter of the window.
[[nodiscard]] seconds spread_delay_of(const OffPeak& off_peak, std::string_view machine_id);

/// The first `count` windows that close after `after`, by their opening. Those of one configuration never overlap: where
/// an occurrence begins before the one before has ended, they are one. A zone that is missing from `zones` has none.
[[nodiscard]] std::vector<ScheduledWindow> upcoming(const Schedule& schedule, const ZoneTable& zones, Instant after,
                                                    std::size_t count);

}  // namespace guestpatch
