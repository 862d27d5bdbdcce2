// Handing patching over: from the machine's own updates to this program, and back.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/domain/patch_mode.hpp"
#include "agent/engine/machine.hpp"

namespace guestpatch {

/// What applying a patch mode came to.
struct ModeReport {
    std::vector<InstanceViewStatus> statuses;  ///< also in patchStatus.json, and kept there
    std::vector<std::string> changed;          ///< what this call changed, a sentence each
    bool complete = false;                     ///< otherwise: call again; what was done is not done twice
    std::optional<Error> error;                ///< why it is not
};

/// Waits for the end of what native updates do at this moment, if the patch mode wants them off; never stops it. To be
/// called before the operation lock is taken, which is never held while waiting. Errc::timed_out, Errc::cancelled.
Result<void> wait_for_native_run(const Machine& machine, Context& context);

/// Brings the machine into the configured patch and assessment mode; a first assessment is recorded as asked for `by`.
/// For the holder of the operation lock. May be interrupted anywhere and called again. A native run in progress is not
/// awaited: Errc::busy names it. Where the mode is applied already, it looks whether native updates are still off, and
/// turns off what has come since.
ModeReport apply_patch_mode(const Machine& machine, Context& context, StartedBy by);

/// Whether there is nothing to apply. Reads one small file: no program, no bus.
[[nodiscard]] bool patch_mode_is_applied(Files& files, const StateFolder& state, const Settings& settings);

/// An update waits that our reboot would run before the machine comes up: what to say of it.
[[nodiscard]] std::optional<InstanceViewStatus> offline_update_warning(Files& files, Instant now);

}  // namespace guestpatch
