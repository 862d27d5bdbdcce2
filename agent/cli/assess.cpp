#include <fmt/format.h>

#include "agent/cli/cost.hpp"
#include "agent/cli/output.hpp"
#include "agent/cli/progress.hpp"
#include "agent/cli/run.hpp"
#include "agent/engine/assess.hpp"
#include "agent/engine/operation.hpp"
#include "agent/wire/assessment_result.hpp"
#include "platform/process.hpp"
#include "platform/random.hpp"

namespace guestpatch {
namespace {

constexpr std::chrono::hours assessment_limit{1};

ExitCode exit_code_of(const Assessment& assessment, bool check) {
    if (assessment.status == OperationStatus::failed) return ExitCode::failed;
    if (check && count_critical_and_security(assessment.patches) > 0) return ExitCode::patches_pending;
    return assessment.status == OperationStatus::completed_with_warnings ? ExitCode::warnings : ExitCode::done;
}

void print(App& app, const CommonOptions& common, const Assessment& assessment) {
    if (common.json) {
        app.out << encode(assessment) << '\n';
    } else {
        app.out << render(assessment, text_style(app, common));
    }
}

}  // namespace

ExitCode run_assess(App& app, const CommonOptions& common, const AssessOptions& options, const Configuration& configuration) {
    const Settings& settings = configuration.settings;
    const bool privileged = app.seams.host.privileged();
    if (options.refresh && !privileged) {
        return report(app, common.json, {Errc::permission, "assess needs root to refresh the package lists; "
                                                           "`guestpatch assess --no-refresh` works without"});
    }
    auto selection = apply_options(options.selection, settings.selection);
    if (!selection) return report(app, common.json, selection.error());
    auto detected = find_package_manager(app, common, settings, selection->max_publish_date);
    if (!detected) return report(app, common.json, detected.error());
    if (const auto applied = apply_ceiling(*selection, *detected); !applied) return report(app, common.json, applied.error());

    StateFolder state = state_folder(app, common);
    const Machine machine{app.seams, *detected, settings, state, courier_of(app)};
    const RunningOperation operation{"Assessment", make_guid(), current_process_id(), app.seams.clocks.wall()};
    std::unique_ptr<HeldLock> held;
    AssessOutcome outcome;
    {
        const auto progress = make_progress(common.progress, app.console, app.err);
        Context context{{app.seams.clocks.boot() + assessment_limit}, app.stop, *progress, settings.stop_timeout};
        if (privileged) {
            auto begun = begin_operation(app, machine, operation, context);
            if (!begun) return report(app, common.json, begun.error());
            held = std::move(*begun);
        }
        outcome = assess(app.seams, *detected, settings, state,
                         {operation.activity_id, StartedBy::user, options.refresh, privileged, *selection}, context);
    }
    if (outcome.refused) return report(app, common.json, *outcome.refused);
    print(app, common, outcome.assessment);
    if (!privileged) app.err << "guestpatch: not root: nothing was recorded\n" << std::flush;
    held.reset();
    tell_others(app, common, configuration);
    log_cost(app.seams.log, "assessment");
    return outcome.not_recorded ? ExitCode::failed : exit_code_of(outcome.assessment, options.check);
}

}  // namespace guestpatch
