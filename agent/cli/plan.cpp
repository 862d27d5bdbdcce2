#include <fmt/format.h>

#include <algorithm>

#include "agent/cli/output.hpp"
#include "agent/cli/run.hpp"
#include "agent/cli/run_terms.hpp"
#include "agent/engine/install.hpp"
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

}  // namespace

ExitCode run_plan(App& app, const CommonOptions& common, const PlanOptions& options, const Configuration& configuration) {
    const Settings& settings = configuration.settings;
    const StateFolder state = state_folder(app, common);
    auto run = make_run(options.run, settings, app.seams.clocks);
    if (!run) return report(app, common.json, run.error());
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
    const DryRun planned = plan_installation(*last, *run, run->began);
    const ExpectedReboot reboot = expect_reboot(*run, *last, planned.batches);
    // No window is configured: what is planned is what `install` would do now.
    const PlanDocument document{planned.installation, planned.batches, last->modified, std::nullopt, reboot.expected, reboot.reason};
    if (common.json) {
        app.out << encode_plan(document) << '\n';
    } else {
        app.out << render_plan(document, run->began.wall, text_style(app, common));
    }
    return ExitCode::done;
}

}  // namespace guestpatch
