// What the daemon's worker does, one thing at a time, each under the operation lock.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <variant>

#include "agent/config/settings.hpp"
#include "agent/domain/goal_state.hpp"
#include "agent/domain/window.hpp"
#include "agent/engine/state_folder.hpp"
#include "agent/host/courier.hpp"
#include "packagers/detect.hpp"
#include "platform/seams.hpp"

namespace guestpatch {

/// Bring to its end, or go on with, what an earlier process left behind.
struct FinishJob {};
/// Turn native updates off or back on, as the patch mode wants them.
struct ModeJob {};
struct AssessJob {};
/// Install in this window, in the month `month` of its zone.
struct InstallJob {
    ScheduledWindow window;
    std::chrono::year_month month;
};
/// Something the host has asked for, or none: what was begun by an earlier process is settled first.
struct RequestJob {
    std::optional<GoalOperation> operation;
    GoalState goal;  ///< it stands in
};
using Job = std::variant<FinishJob, ModeJob, AssessJob, InstallJob, RequestJob>;

/// "finishing an interrupted installation": for the status line and the log.
[[nodiscard]] std::string_view describe(const Job& job);

enum class JobEnd {
    done,
    busy,     ///< another operation runs: its end is the next event
    trouble,  ///< it could not be done; try again later
};

/// The package manager of this machine, found anew for each job: none is kept in memory.
using FindPackageManager = std::function<Result<Detected>(const Settings&)>;

/// Everything a job works with. `settings` are those of its beginning.
struct Workbench {
    Seams seams;
    StateFolder& state;
    std::shared_ptr<const Settings> settings;
    FindPackageManager find;
    Courier courier;
};

JobEnd carry_out(const Job& job, const Workbench& bench, std::stop_token stop);

}  // namespace guestpatch
