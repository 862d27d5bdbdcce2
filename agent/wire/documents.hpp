// Documents that only ever leave: the answers of `--json`. Schemas in docs/wire/.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/domain/config_fault.hpp"
#include "agent/domain/install_plan.hpp"
#include "agent/domain/lifecycle.hpp"
#include "agent/domain/outbox.hpp"
#include "agent/domain/patch_status.hpp"
#include "agent/domain/progress.hpp"
#include "agent/domain/run_summary.hpp"
#include "agent/domain/running.hpp"
#include "agent/domain/timetable.hpp"
#include "agent/domain/window.hpp"
#include "packagers/patch.hpp"
#include "platform/base/result.hpp"

namespace guestpatch {

/// A window, and what the clock on the wall says then.
struct ShownWindow {
    ScheduledWindow scheduled;
    std::string local_opens;  ///< RFC 3339 with its offset
    std::string local_closes;
};

/// What `status` says beside patchStatus.
struct AgentStatus {
    Instant now;
    std::string version;
    std::string machine_id;
    std::string boot_id;
    std::string patch_mode;
    std::string assessment_mode;
    RebootNeed reboot;
    std::string state = "Idle";  ///< of the state machine
    std::optional<RunningOperation> operation;
    std::optional<OperationProgress> progress;    ///< of the running operation
    seconds elapsed{};                            ///< of the running operation
    std::optional<RunningOperation> last_operation;  ///< pid unknown: 0
    std::vector<BlindSpot> blind_spots;           ///< of the last assessment
    std::optional<ShownWindow> next_window;
    WindowCount windows;                          ///< in 30 days
    std::string host;                             ///< its URL; empty: there is none
    OutboxSummary outbox;
    std::string attempt_overdue;                  ///< why no installation was tried for too long; empty: nothing waits
};

[[nodiscard]] std::string encode_status(const PatchStatus& status, const AgentStatus& agent);
/// What an installation would do.
struct PlanDocument {
    const Installation& installation;  ///< every pending patch, nothing done
    const std::vector<PlannedBatch>& batches;
    Instant assessed_at;
    std::optional<Window> window;      ///< nothing: no window is configured
    bool reboot_expected = false;
    std::string reboot_reason;
};
[[nodiscard]] std::string encode_plan(const PlanDocument& plan);

/// {"windows": [...]}
[[nodiscard]] std::string encode_windows(const std::vector<ShownWindow>& windows);

/// {"runs": [...]}
[[nodiscard]] std::string encode_history(const std::vector<RunSummary>& runs);
/// {"error": ApiError}
[[nodiscard]] std::string encode_error(const Error& error);
/// {"configurationStatuses": [], "changed": []}
[[nodiscard]] std::string encode_configure(const std::vector<InstanceViewStatus>& statuses, const std::vector<std::string>& changed);
/// {"errors": [], "warnings": []} of {file, line, key, message}
[[nodiscard]] std::string encode_config_check(const std::vector<ConfigFault>& errors, const std::vector<ConfigFault>& warnings);

}  // namespace guestpatch
