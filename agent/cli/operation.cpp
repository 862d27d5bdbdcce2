// What every command that runs, or follows, an operation does first.
#include <fmt/format.h>

#include "agent/cli/progress.hpp"
#include "agent/cli/run.hpp"
#include "agent/engine/install.hpp"
#include "agent/wire/enums.hpp"
#include "platform/process.hpp"

namespace guestpatch {
namespace {

class Silent final : public Progress {
    void report(const ProgressReport&) override {}
};

void tell(App& app, const std::optional<InstallReport>& finished) {
    if (!finished) return;
    const Installation& result = finished->installation;
    const bool rebooted = result.reboot_status == RebootStatus::completed;
    const bool goes_on = !result.left_running.empty();
    app.err << fmt::format("guestpatch: the {} installation {} {}: {}; see guestpatch history {}\n",
                           rebooted ? "rebooted" : "interrupted", result.activity_id,
                           goes_on ? "goes on as " + result.left_running : "was brought to its end", to_wire(result.status),
                           result.activity_id)
            << std::flush;
}

}  // namespace

StateFolder state_folder(const App& app, const CommonOptions& common) {
    if (common.state_dir.empty()) return {app.seams, app.paths.state, app.paths.runtime};
    return {app.seams, common.state_dir, common.state_dir};
}

Result<Detected> find_package_manager(const App& app, const CommonOptions& common, const Settings& settings,
                                      const std::optional<Instant>& ceiling) {
    const std::string& wanted = common.package_manager.empty() ? settings.package_manager : common.package_manager;
    return detect_package_manager(app.seams, wanted, {.security_origins = settings.security_origins,
                                                      .allow_removals = settings.allow_removals,
                                                      .private_cache = app.paths.cache,
                                                      .snapshot = ceiling});
}

Result<void> apply_ceiling(Selection& selection, const Detected& detected) {
    if (detected.publish_ceiling == PublishCeiling::by_snapshot) selection.max_publish_date.reset();
    if (!selection.max_publish_date || detected.publish_ceiling == PublishCeiling::by_dates) return {};
    return Error{Errc::invalid,
                 fmt::format("a publish-date ceiling ({}) cannot be honoured: {}'s sources do not say when a version was "
                             "published; drop --max-publish-date or installPatches.maxPatchPublishDate",
                             format_instant(*selection.max_publish_date), detected.name)};
}

Result<std::unique_ptr<HeldLock>> begin_operation(App& app, const Machine& machine, const RunningOperation& operation,
                                                  Context& context) {
    // The name alone proves nothing: a daemon that was restarted by a package keeps it for years.
    if (!app.job.empty() && machine.state.job_lives(app.job)) {
        return Error{Errc::busy, "another operation is running: the package manager that started this command was started by guestpatch"};
    }
    auto held = machine.state.begin(operation);
    if (!held) return held;
    const Instant now = app.seams.clocks.wall();
    if (auto finished = machine.state.finish_interrupted(now); !finished) app.seams.log.warning(finished.error().message);
    tell(app, finish_left_over(machine, Takeover::wait_for_it, context));
    machine.state.prune(machine.settings.history_keep, now);
    return held;
}

void finish_for_reader(App& app, const CommonOptions& common, const Settings& settings) {
    StateFolder state = state_folder(app, common);
    if (!app.seams.host.privileged()) return;
    const State open = state.journal();
    const auto known = state.patch_status().installation;
    const bool in_progress = known && known->status == OperationStatus::in_progress;
    if (std::holds_alternative<Idle>(open) && !in_progress) return;
    auto detected = find_package_manager(app, common, settings);
    if (!detected) return;
    const auto held = state.begin({"Installation", in_progress ? known->activity_id : run_of(open)->activity_id,
                                   current_process_id(), app.seams.clocks.wall()});
    if (!held) return;  // its owner lives
    Silent silent;
    // Who only looks does not wait for others.
    Context context{{}, app.stop, silent, settings.stop_timeout, milliseconds(0)};
    tell(app, finish_left_over({app.seams, *detected, settings, state}, Takeover::when_it_has_ended, context));
}

}  // namespace guestpatch
