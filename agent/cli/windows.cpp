#include "agent/engine/windows.hpp"

#include <fmt/format.h>

#include "agent/cli/run.hpp"
#include "agent/cli/shown_window.hpp"
#include "agent/cli/table.hpp"

namespace guestpatch {
namespace {

std::string render_windows(const std::vector<ShownWindow>& windows, const Settings& settings, const TextStyle& style) {
    if (windows.empty()) {
        return is_automatic(settings) ? "no window is to come; see guestpatch config check\n"
                                      : fmt::format("no windows: patchSettings.patchMode is {}\n", settings.patch_mode);
    }
    if (!style.table) {
        std::string lines;
        for (const ShownWindow& shown : windows) {
            lines += fmt::format("{} to {} ({} to {} {}) from {}\n", format_instant(shown.scheduled.window.opens),
                                 format_instant(shown.scheduled.window.closes), shown.local_opens, shown.local_closes,
                                 shown.scheduled.time_zone, shown.scheduled.source);
        }
        return lines;
    }
    std::vector<std::vector<Cell>> rows;
    for (const ShownWindow& shown : windows) {
        rows.push_back({{shown.local_opens, Tint::bold},
                        {shown.local_closes},
                        {shown.scheduled.time_zone, Tint::dim},
                        {format_instant(shown.scheduled.window.opens)},
                        {format_instant(shown.scheduled.window.closes)},
                        {shown.scheduled.source, Tint::dim}});
    }
    return render_table({"OPENS", "CLOSES", "ZONE", "OPENS (UTC)", "CLOSES (UTC)", "FROM"}, rows, style.columns, style.color);
}

}  // namespace

std::vector<ShownWindow> next_windows(Seams seams, const Settings& settings, Instant now, std::size_t count) {
    std::vector<ShownWindow> shown;
    if (!is_automatic(settings)) return shown;
    const Windows windows(seams, schedule_of(settings, machine_id_of(settings, seams.host)), now);
    for (ScheduledWindow& scheduled : windows.upcoming(now, count)) {
        const std::string opens = windows.describe(scheduled.time_zone, scheduled.window.opens);
        const std::string closes = windows.describe(scheduled.time_zone, scheduled.window.closes);
        shown.push_back({std::move(scheduled), opens, closes});
    }
    return shown;
}

std::optional<ShownWindow> next_usable_window(Seams seams, const Settings& settings, const Timetable& timetable, Instant now) {
    for (ShownWindow& shown : next_windows(seams, settings, now, settings.maintenance.size() + 2)) {
        const WindowRecord* record = find_record(timetable, shown.scheduled);
        if (record == nullptr || !is_settled(*record)) return std::move(shown);
    }
    return std::nullopt;
}

ExitCode run_windows(App& app, const CommonOptions& common, const WindowsOptions& options, const Configuration& configuration) {
    const auto windows = next_windows(app.seams, configuration.settings, app.seams.clocks.wall(), options.count);
    if (common.json) {
        app.out << encode_windows(windows) << '\n';
    } else {
        app.out << render_windows(windows, configuration.settings, text_style(app, common));
    }
    return ExitCode::done;
}

}  // namespace guestpatch
