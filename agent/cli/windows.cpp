#include "agent/engine/status.hpp"

#include <fmt/format.h>

#include "agent/cli/run.hpp"
#include "agent/cli/shown_window.hpp"
#include "agent/cli/table.hpp"

namespace guestpatch {
namespace {

ShownWindow show(const Windows& windows, ScheduledWindow scheduled) {
    const std::string opens = windows.describe(scheduled.time_zone, scheduled.window.opens);
    const std::string closes = windows.describe(scheduled.time_zone, scheduled.window.closes);
    return {std::move(scheduled), opens, closes};
}

std::string render_windows(const std::vector<ShownWindow>& windows, const Settings& settings, const TextStyle& style) {
    if (windows.empty()) {
        if (!settings.schedule_fault.empty()) return fmt::format("no windows: {}\n", settings.schedule_fault);
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
    const auto windows = automatic_windows(seams, settings, now);
    if (!windows) return shown;
    for (ScheduledWindow& scheduled : windows->upcoming(now, count)) shown.push_back(show(*windows, std::move(scheduled)));
    return shown;
}

std::optional<ShownWindow> next_usable_window(Seams seams, const Settings& settings, const Timetable& timetable, Instant now) {
    const auto windows = automatic_windows(seams, settings, now);
    if (!windows) return std::nullopt;
    auto scheduled = next_usable_window(*windows, timetable, now);
    return scheduled ? std::optional(show(*windows, std::move(*scheduled))) : std::nullopt;
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
