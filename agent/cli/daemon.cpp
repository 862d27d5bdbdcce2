#include <fmt/format.h>

#include "agent/cli/run.hpp"
#include "agent/daemon/daemon.hpp"
#include "platform/memory.hpp"
#include "platform/process.hpp"

namespace guestpatch {

ExitCode run_daemon(App& app, const CommonOptions& common, const Configuration& configuration,
                    const std::function<Configuration()>& load) {
    if (!app.seams.host.privileged()) {
        return report(app, common.json, {Errc::permission, "run needs root: it is the service, see systemctl start guestpatch"});
    }
    keep_one_heap();
    StateFolder state = state_folder(app, common);
    const Path& folder = common.state_dir.empty() ? app.paths.state : common.state_dir;
    const Path& runtime = common.state_dir.empty() ? app.paths.runtime : common.state_dir;
    const auto only_one = app.seams.locks.acquire(runtime / "daemon.lock", fmt::format("process {}", current_process_id()));
    if (!only_one) {
        const bool busy = only_one.error().code == Errc::busy;
        return report(app, common.json,
                      busy ? Error{Errc::busy, "another `guestpatch run` is running: " + only_one.error().message} : only_one.error());
    }
    // The folder should exist before anybody watches it. A full disk is no reason to be gone when there is room again.
    if (auto kept = state.write_timetable(state.timetable()); !kept) app.seams.log.error(kept.error().message);
    const auto waiter = make_waiter({folder / "lock", "/etc/localtime"});
    const auto manager = make_service_manager();
    const auto find = [&](const Settings& settings) {
        return find_package_manager(app, common, settings, settings.selection.max_publish_date);
    };
    Daemon daemon({app.seams, state, *waiter, *manager, load, find}, configuration.settings);
    daemon.run();
    return ExitCode::done;
}

}  // namespace guestpatch
