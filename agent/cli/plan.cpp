#include <fmt/format.h>

#include <algorithm>

#include "agent/cli/output.hpp"
#include "agent/cli/run.hpp"
#include "agent/cli/run_terms.hpp"
#include "agent/cli/shown_window.hpp"
#include "agent/engine/automatic_run.hpp"
#include "agent/engine/operation.hpp"
#include "platform/base/text.hpp"

namespace guestpatch {
namespace {

struct ExpectedReboot {
    bool expected = false;
    std::string reason;
};

ExpectedReboot expect_reboot(const Run& run, const Assessment& assessment, const std::vector<PlannedBatch>& batches) {
    if (run.reboot_setting == RebootSetting::never) return {false, "the reboot setting is Never"};
    std::vector<std::string> reasons = assessment.reboot.reasons;
    for (const PlannedBatch& batch : batches) {
        for (const Patch& patch : batch.patches) {
            if (may_need_reboot(patch)) reasons.push_back(patch.id.name);
        }
    }
    const bool always = run.reboot_setting == RebootSetting::always && !batches.empty();
    if (always) reasons.emplace_back("the reboot setting is Always");
    return {always || assessment.reboot.required || !reasons.empty(), join(reasons)};
}

/// The next window's run; without windows, or with terms of the operator's own, an installation that begins now.
struct PlannedRun {
    Run run;
    std::optional<Window> window;
};

Result<PlannedRun> planned_run(const App& app, const PlanOptions& options, const Settings& settings, const Timetable& timetable) {
    auto now = make_run(options.run, settings, app.seams.clocks);
    if (!now) return now.error();
    const auto next = options.run == RunOptions() ? next_usable_window(app.seams, settings, timetable, now->began.wall) : std::nullopt;
    if (!next) return PlannedRun{std::move(*now), std::nullopt};
    const ScheduledWindow& scheduled = next->scheduled;
    Moment begins = now->began;
    begins.wall = std::max(begins.wall, scheduled.window.opens);
    return PlannedRun{automatic_run(settings, scheduled, begins, now->activity_id), scheduled.window};
}

}  // namespace

ExitCode run_plan(App& app, const CommonOptions& common, const PlanOptions& options, const Configuration& configuration) {
    const Settings& settings = configuration.settings;
    const StateFolder state = state_folder(app, common);
    auto planned_for = planned_run(app, options, settings, state.timetable());
    if (!planned_for) return report(app, common.json, planned_for.error());
    Run* const run = &planned_for->run;
    auto detected = find_package_manager(app, common, settings);
    if (!detected) return report(app, common.json, detected.error());
    const auto ceiling = run->request.selection.max_publish_date;
    if (ceiling && detected->publish_ceiling == PublishCeiling::by_snapshot) {
        return report(app, common.json, {Errc::invalid, "a plan rests on the last assessment, which no publish-date ceiling bounded; "
                                                        "see guestpatch install --dry-run --max-publish-date"});
    }
    if (auto applied = apply_ceiling(run->request.selection, *detected); !applied) return report(app, common.json, applied.error());
    const auto last = state.last_sight();
    if (!last) {
        return report(app, common.json, {Errc::not_found, "nothing is known to plan with; run guestpatch assess first"});
    }
    const DryRun planned = plan_installation(*last, *run, run->began, state.attempts(), state.experience());
    const ExpectedReboot reboot = expect_reboot(*run, *last, planned.batches);
    const PlanDocument document{planned.installation, planned.batches, last->modified, planned_for->window, reboot.expected, reboot.reason};
    if (common.json) {
        app.out << encode_plan(document) << '\n';
    } else {
        app.out << render_plan(document, app.seams.clocks.wall(), text_style(app, common));
    }
    return ExitCode::done;
}

}  // namespace guestpatch
