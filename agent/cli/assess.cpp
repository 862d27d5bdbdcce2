#include <fmt/format.h>

#include "agent/cli/output.hpp"
#include "agent/cli/progress.hpp"
#include "agent/cli/run.hpp"
#include "agent/engine/assess.hpp"
#include "agent/wire/assessment_result.hpp"
#include "platform/process.hpp"
#include "platform/random.hpp"
#include "platform/usage.hpp"

namespace guestpatch {
namespace {

constexpr std::chrono::hours assessment_limit{1};

ExitCode exit_code_of(const Assessment& assessment, bool check) {
    if (assessment.status == OperationStatus::failed) return ExitCode::failed;
    if (check && count_critical_and_security(assessment.patches) > 0) return ExitCode::patches_pending;
    return assessment.status == OperationStatus::completed_with_warnings ? ExitCode::warnings : ExitCode::done;
}

/// A ceiling no source can honour is refused before anything is done: it must never be silently ignored.
std::optional<Error> refuse_ceiling(const Selection& selection, const Detected& detected) {
    if (!selection.max_publish_date || detected.knows_publish_dates) return std::nullopt;
    return Error{Errc::invalid,
                 fmt::format("a publish-date ceiling ({}) cannot be honoured: {}'s sources do not say when a version was "
                             "published; drop --max-publish-date or installPatches.maxPatchPublishDate",
                             format_instant(*selection.max_publish_date), detected.name)};
}

void log_usage(Log& log) {
    const Usage usage = measure_usage();
    log.debug("assessment cost", {{"own_cpu_ms", fmt::format("{:.2f}", static_cast<double>(usage.own_cpu.count()) / 1000)},
                                  {"children_cpu_ms", std::to_string(usage.children_cpu.count())},
                                  {"own_peak_kb", std::to_string(usage.own_peak_kb)}});
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
    auto selection = apply_options(options, settings.selection);
    if (!selection) return report(app, common.json, selection.error());
    const std::string& wanted = common.package_manager.empty() ? settings.package_manager : common.package_manager;
    auto detected = detect_package_manager(app.seams, wanted, {settings.security_origins, settings.allow_removals, app.paths.cache});
    if (!detected) return report(app, common.json, detected.error());
    if (const auto refused = refuse_ceiling(*selection, *detected)) return report(app, common.json, *refused);

    StateFolder state(app.seams, state_path(app, common));
    const Instant now = app.seams.clocks.wall();
    const RunningOperation operation{"Assessment", make_guid(), current_process_id(), now};
    std::unique_ptr<HeldLock> held;
    if (privileged) {
        auto begun = state.begin(operation);
        if (!begun) return report(app, common.json, begun.error());
        held = std::move(*begun);
        if (auto finished = state.finish_interrupted(now); !finished) app.seams.log.warning(finished.error().message);
        state.prune(settings.history_keep, now);
    }
    AssessOutcome outcome;
    {
        const auto progress = make_progress(common.progress, app.console, app.err);
        Context context{{app.seams.clocks.boot() + assessment_limit}, app.stop, *progress};
        outcome = assess(app.seams, *detected, settings, state,
                         {operation.activity_id, StartedBy::user, options.refresh, privileged, *selection}, context);
    }
    if (outcome.refused) return report(app, common.json, *outcome.refused);
    print(app, common, outcome.assessment);
    if (!privileged) app.err << "guestpatch: not root: nothing was recorded\n" << std::flush;
    log_usage(app.seams.log);
    return outcome.not_recorded ? ExitCode::failed : exit_code_of(outcome.assessment, options.check);
}

}  // namespace guestpatch
