// What every command that runs, or follows, an operation does first.
#include <fmt/format.h>

#include "agent/cli/progress.hpp"
#include "agent/cli/run.hpp"
#include "agent/engine/operation.hpp"
#include "agent/wire/enums.hpp"
#include "platform/process.hpp"

namespace guestpatch {
namespace {

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

Courier courier_of(const App& app) { return {app.seams.processes, app.paths.courier, app.paths.courier_user}; }

ConfigurationSources configuration_sources(const App& app, const CommonOptions& common) {
    const Path& state = common.state_dir.empty() ? app.paths.state : common.state_dir;
    return {.folders = common.config_dir.empty() ? app.paths.config_folders : std::vector<Path>{common.config_dir},
            .goal = state / "goalState.json",
            .place = state / "place.json",
            .os_type = app.seams.host.facts().os_type};
}

Result<Detected> find_package_manager(const App& app, const CommonOptions& common, const Settings& settings,
                                      const std::optional<Instant>& ceiling) {
    return find_package_manager(app.seams, settings, common.package_manager, app.paths.cache, ceiling);
}

Result<std::unique_ptr<HeldLock>> begin_operation(App& app, const Machine& machine, const RunningOperation& operation,
                                                  Context& context) {
    // The name alone proves nothing: a daemon that was restarted by a package keeps it for years.
    if (!app.job.empty() && machine.state.job_lives(app.job)) {
        return Error{Errc::busy, "another operation is running: the package manager that started this command was started by guestpatch"};
    }
    auto begun = begin_operation(machine, operation, Takeover::wait_for_it, context);
    if (!begun) return begun.error();
    tell(app, begun->finished);
    return std::move(begun->lock);
}

void finish_for_reader(App& app, const CommonOptions& common, const Settings& settings) {
    StateFolder state = state_folder(app, common);
    if (!app.seams.host.privileged()) return;
    const State open = state.journal();
    const auto known = state.patch_status().installation;
    const bool in_progress = known && known->status == OperationStatus::in_progress;
    if (std::holds_alternative<Idle>(open) && !in_progress) return;
    if (is_the_services(open, app.seams.clocks.wall())) return;
    auto detected = find_package_manager(app, common, settings);
    if (!detected) return;
    const auto held = state.begin({"Installation", in_progress ? known->activity_id : run_of(open)->activity_id,
                                   current_process_id(), app.seams.clocks.wall()});
    if (!held) return;  // its owner lives
    NoProgress silent;
    // Who only looks does not wait for others.
    Context context{{}, app.stop, silent, settings.stop_timeout, milliseconds(0)};
    tell(app, finish_left_over({app.seams, *detected, settings, state, courier_of(app)}, Takeover::when_it_has_ended, context));
}

}  // namespace guestpatch
