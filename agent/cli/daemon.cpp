#include <fmt/format.h>

#include <random>

#include "agent/cli/run.hpp"
#include "agent/cli/version.hpp"
#include "agent/daemon/daemon.hpp"
#include "agent/engine/operation.hpp"
#include "platform/base/hash.hpp"
#include "platform/memory.hpp"
#include "platform/messages.hpp"
#include "platform/process.hpp"
#include "platform/random.hpp"

namespace guestpatch {

ExitCode run_daemon(App& app, const CommonOptions& common, const Configuration& configuration,
                    const std::function<Configuration()>& load) {
    if (!app.seams.host.privileged()) {
        return report(app, common.json, {Errc::permission, "run needs root: it is the service, see systemctl start guestpatch"});
    }
    keep_one_heap();
    RecordingLog recording(app.seams.log, app.seams.clocks, std::string(version()));
    const Seams& real = app.seams;
    const Seams seams{real.clocks, real.files, real.host, real.locks, recording, real.processes, real.rebooter, real.zones, real.units};
    StateFolder state(seams, common.state_dir.empty() ? app.paths.state : common.state_dir,
                      common.state_dir.empty() ? app.paths.runtime : common.state_dir);
    const Path& folder = common.state_dir.empty() ? app.paths.state : common.state_dir;
    const Path& runtime = common.state_dir.empty() ? app.paths.runtime : common.state_dir;
    const auto only_one = app.seams.locks.acquire(runtime / "daemon.lock", fmt::format("process {}", current_process_id()));
    if (!only_one) {
        const bool busy = only_one.error().code == Errc::busy;
        return report(app, common.json,
                      busy ? Error{Errc::busy, "another `guestpatch run` is running: " + only_one.error().message} : only_one.error());
    }
    // The folder should exist before anybody watches it. A full disk is no reason to be gone when there is room again.
    if (auto kept = state.write_timetable(state.timetable()); !kept) {
        app.seams.log.tell(message::state_not_written, kept.error().message);
    }
    const auto waiter = make_waiter({folder / "lock", folder / "patchStatus.json", "/etc/localtime"});
    const auto manager = make_service_manager();
    const auto find = [&](const Settings& settings) {
        return find_package_manager(seams, settings, common.package_manager, app.paths.cache, settings.selection.max_publish_date);
    };
    std::minstd_rand luck(static_cast<std::minstd_rand::result_type>(stable_hash(make_guid())));
    const auto roll = [&luck] { return std::uniform_real_distribution(0.0, 1.0)(luck); };
    Daemon daemon({seams, state, *waiter, *manager, load, find, courier_of(app), std::string(version()), std::string(build_description()), recording, roll}, configuration);
    daemon.run();
    return ExitCode::done;
}

}  // namespace guestpatch
