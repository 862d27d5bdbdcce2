#include "agent/engine/automatic_run.hpp"

#include <fmt/chrono.h>

#include <algorithm>

namespace guestpatch {

Selection automatic_selection(const Settings& settings) {
    return {.classifications = {Classification::critical, Classification::security},
            .exclude = settings.selection.exclude,
            .max_publish_date = settings.selection.max_publish_date};
}

std::string maintenance_run_id(Instant opens) { return fmt::format("{:%Y%m%d%H%M%S}", opens); }

Run automatic_run(const Settings& settings, const ScheduledWindow& scheduled, const Moment& now, const std::string& activity_id) {
    Run run{.activity_id = activity_id,
            .started_by = StartedBy::platform,
            .unattended = true,
            .maintenance_run_id = guestpatch::maintenance_run_id(scheduled.window.opens),
            .began = now,
            .request = {.selection = automatic_selection(settings)},
            .window = {now.wall, std::min(scheduled.window.closes, now.wall + settings.maximum_duration)},
            .reboot_setting = settings.reboot_setting,
            .reboot_reserve = settings.reboot_reserve,
            .reboot_warning = settings.reboot_warning,
            .reboots_left = settings.reboots_per_run};
    const auto configuration = std::ranges::find(settings.maintenance, scheduled.source, &MaintenanceConfiguration::id);
    if (configuration == settings.maintenance.end()) return run;
    const Selection& wanted = configuration->selection;
    Selection& selection = run.request.selection;
    selection.classifications = wanted.classifications;
    selection.include = wanted.include;
    run.request.exclude_reboot = configuration->exclude_reboot;
    selection.exclude.insert(selection.exclude.end(), wanted.exclude.begin(), wanted.exclude.end());
    // What was chosen for this machine itself goes before what a configuration says to many.
    if (!settings.reboot_setting_chosen && configuration->reboot_setting) run.reboot_setting = *configuration->reboot_setting;
    return run;
}

}  // namespace guestpatch
