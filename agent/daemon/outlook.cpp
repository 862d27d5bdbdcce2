#include "agent/daemon/outlook.hpp"

#include <algorithm>

#include "agent/domain/install_plan.hpp"
#include "agent/engine/automatic_run.hpp"
#include "agent/engine/windows.hpp"
#include "platform/base/hash.hpp"

namespace guestpatch {
namespace {

constexpr std::chrono::hours longest_catch_up{1};
constexpr std::size_t windows_ahead = 4;
constexpr std::size_t windows_behind = 400;

/// Those that closed since somebody last looked, too, as far as records go back.
std::vector<ScheduledWindow> windows_since(const Windows& windows, const std::optional<Instant>& judged, Instant now) {
    const Instant since = std::clamp(judged.value_or(now), now - record_keep, now);
    // One of each source at least: each has a next opening of its own.
    const std::size_t ahead = windows_ahead + windows.schedule().configurations.size();
    const auto to_come = windows.upcoming(now, ahead);
    auto found = windows.upcoming(since, 1);
    if (found.empty() || found.front().window.closes > now) return to_come;
    found = windows.upcoming(since, windows_behind);
    std::erase_if(found, [now](const ScheduledWindow& scheduled) { return scheduled.window.closes > now; });
    found.insert(found.end(), to_come.begin(), to_come.end());
    std::ranges::stable_sort(found, {}, [](const ScheduledWindow& scheduled) { return scheduled.window.opens; });
    return found;
}

std::optional<Instant> last_success(const PatchStatus& status) {
    if (!status.available) return std::nullopt;
    const OperationStatus ended = status.available->status;
    const bool saw = ended == OperationStatus::succeeded || ended == OperationStatus::completed_with_warnings;
    return saw ? std::optional(status.available->modified) : std::nullopt;
}

bool anything_due(const Assessment& sight, const Settings& settings) {
    if (sight.reboot.required && settings.reboot_setting != RebootSetting::never) return true;
    return std::ranges::any_of(dispose({.selection = automatic_selection(settings)}, sight.patches), is_intended);
}

/// A small batch, and the reserve where a run in this window may reboot.
seconds least_of(const StateFolder& state, const Settings& settings, const ScheduledWindow& scheduled) {
    const Run run = automatic_run(settings, scheduled, {}, "");
    const bool may_reboot = run.reboot_setting != RebootSetting::never && run.reboots_left > 0;
    return estimate_batch({Patch()}, state.experience()).time + (may_reboot ? run.reboot_reserve : seconds(0));
}

std::optional<WindowOutcome> hindrance(Host& host, const Settings& settings) {
    if (!settings.guard_battery && !settings.guard_metered) return std::nullopt;
    const Supply supply = host.supply();
    if (settings.guard_battery && supply.on_battery) return WindowOutcome::on_battery;
    if (settings.guard_metered && supply.metered) return WindowOutcome::metered;
    return std::nullopt;
}

std::chrono::year_month month_of(LocalTime local) {
    const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(local)};
    return day.year() / day.month();
}

}  // namespace

Situation look_around(Seams seams, const StateFolder& state, const Settings& settings, const Since& since) {
    const Instant now = seams.clocks.wall();
    const std::string machine = machine_id_of(settings, seams.host);
    Situation situation{.now = now,
                        .started = std::min(since.started, now),
                        .automatic = is_automatic(settings),
                        .assess_any_time = settings.assessment_mode == "AutomaticByPlatform",
                        .by_configuration = !settings.maintenance.empty(),
                        .cadence = settings.off_peak.cadence,
                        .interval = settings.assessment_interval,
                        .phase = stable_share(machine, settings.assessment_interval),
                        .catch_up = stable_share(machine + seams.clocks.boot_id(), longest_catch_up),
                        .scheduled_since = std::min(since.scheduled, now),
                        .past = state.timetable()};
    if (!situation.automatic && !situation.assess_any_time) return situation;
    situation.assessed = last_success(state.patch_status());
    if (!situation.automatic) return situation;

    const Windows windows(seams, schedule_of(settings, machine), now);
    situation.month = month_of(windows.local(settings.off_peak.time_zone, now));
    situation.windows = windows_since(windows, situation.past.judged, now);
    situation.off_peak = windows.off_peak(now, windows_ahead);
    for (const ScheduledWindow& scheduled : situation.windows) {
        if (!situation.least.contains(scheduled.source)) situation.least[scheduled.source] = least_of(state, settings, scheduled);
    }
    const bool open = std::ranges::any_of(situation.windows, [now](const ScheduledWindow& scheduled) {
        return scheduled.window.opens <= now && now < scheduled.window.closes;
    });
    if (!open) return situation;
    if (const auto sight = state.last_sight()) {
        situation.anything_due = anything_due(*sight, settings);
        situation.half_blind = is_half_blind(sight->blind_spots);
    }
    situation.hindrance = hindrance(seams.host, settings);
    return situation;
}

std::optional<Timetable> brought_up_to_date(const Situation& situation, const std::vector<WindowRecord>& records) {
    Timetable timetable = situation.past;
    if (!situation.automatic) {
        timetable.judged.reset();  // windows that nobody waits for are nobody's
    } else {
        const bool closed_since = !timetable.judged || *timetable.judged > situation.now ||
                                  std::ranges::any_of(situation.windows, [&](const ScheduledWindow& scheduled) {
                                      return scheduled.window.closes > *timetable.judged && scheduled.window.closes <= situation.now;
                                  });
        if (closed_since) timetable.judged = situation.now;
    }
    for (const WindowRecord& record : records) remember(timetable, record, situation.now);
    return timetable == situation.past ? std::nullopt : std::optional(timetable);
}

}  // namespace guestpatch
