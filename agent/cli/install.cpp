#include <fmt/format.h>

#include "agent/cli/cost.hpp"
#include "agent/cli/output.hpp"
#include "agent/cli/progress.hpp"
#include "agent/cli/run.hpp"
#include "agent/cli/run_terms.hpp"
#include "agent/engine/assess.hpp"
#include "agent/engine/operation.hpp"
#include "agent/wire/installation_result.hpp"
#include "platform/process.hpp"
#include "platform/random.hpp"

namespace guestpatch {
namespace {

constexpr std::chrono::hours assessment_limit{1};

ExitCode exit_code_of(const Installation& installation) {
    // While it waits for its reboot, or for the package manager, a run is InProgress: then what it did counts.
    const bool going_on = installation.status == OperationStatus::in_progress;
    const OperationStatus status = going_on ? final_status(installation) : installation.status;
    if (!installation.left_running.empty()) return ExitCode::warnings;
    if (status == OperationStatus::failed) return ExitCode::failed;
    if (status == OperationStatus::completed_with_warnings) return ExitCode::warnings;
    return installation.reboot_status == RebootStatus::required ? ExitCode::reboot_pending : ExitCode::done;
}

void print(App& app, const CommonOptions& common, const Installation& installation) {
    if (common.json) {
        app.out << encode(installation) << '\n';
    } else {
        app.out << render(installation, text_style(app, common));
    }
}

/// An earlier run that is not over yet: it has arranged a reboot, or its batch still runs.
std::optional<Error> refuse_while(const State& state) {
    if (const auto* rebooting = std::get_if<Rebooting>(&state)) {
        return Error{Errc::busy, fmt::format("installation {} has arranged a reboot for {}; nothing is installed before it",
                                             rebooting->run.activity_id, format_instant(rebooting->due))};
    }
    if (const Run* run = run_of(state)) {
        return Error{Errc::busy, fmt::format("installation {} is not over yet: {}", run->activity_id, name_of(state))};
    }
    return std::nullopt;
}

Result<Installation> dry_run(const Machine& machine, const Run& run, bool refresh, Context& context) {
    const AssessOutcome looked = assess(machine.seams, machine.detected, machine.settings, machine.state,
                                        {make_guid(), StartedBy::user, refresh, true, run.request.selection}, context);
    if (looked.refused) return *looked.refused;
    if (looked.assessment.failure) return Error{Errc::failed, looked.assessment.failure->message};
    return plan_installation(looked.assessment, run, machine.now(), machine.state.attempts(), machine.state.experience()).installation;
}

}  // namespace

ExitCode run_install(App& app, const CommonOptions& common, const InstallOptions& options, const Configuration& configuration) {
    const Settings& settings = configuration.settings;
    if (!app.seams.host.privileged()) {
        return report(app, common.json, {Errc::permission, "install needs root; `guestpatch plan` works without"});
    }
    auto run = make_run(options.run, settings, app.seams.clocks);
    if (!run) return report(app, common.json, run.error());
    auto detected = find_package_manager(app, common, settings, run->request.selection.max_publish_date);
    if (!detected) return report(app, common.json, detected.error());
    if (auto applied = apply_ceiling(run->request.selection, *detected); !applied) return report(app, common.json, applied.error());

    StateFolder state = state_folder(app, common);
    const Machine machine{app.seams, *detected, settings, state, courier_of(app)};
    InstallReport done;
    {
        const auto progress = make_progress(common.progress, app.console, app.err);
        Context context{{app.seams.clocks.boot() + assessment_limit}, app.stop, *progress, settings.stop_timeout};
        const auto held = begin_operation(app, machine, {"Installation", run->activity_id, current_process_id(), run->began.wall}, context);
        if (!held) return report(app, common.json, held.error());
        if (options.dry_run) {
            auto planned = dry_run(machine, *run, options.refresh, context);
            if (!planned) return report(app, common.json, planned.error());
            done.installation = std::move(*planned);
        } else {
            if (const auto refused = refuse_while(state.journal())) return report(app, common.json, *refused);
            done = install(machine, *run, options.refresh, context);
        }
    }
    print(app, common, done.installation);
    if (!options.dry_run) tell_others(app, common, configuration);
    log_cost(app.seams.log, "installation");
    return done.not_recorded ? ExitCode::failed : exit_code_of(done.installation);
}

}  // namespace guestpatch
