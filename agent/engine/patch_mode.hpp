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

/// Brings the machine into the configured patch and assessment mode. For the holder of the operation lock. May be
/// interrupted anywhere and called again. Where the mode is applied already, it looks whether native updates are still
/// off, and turns off what has come since.
ModeReport apply_patch_mode(const Machine& machine, Context& context);

/// Whether there is nothing to apply. Reads one small file: no program, no bus.
[[nodiscard]] bool patch_mode_is_applied(Files& files, const StateFolder& state, const Settings& settings);

/// An update waits that our reboot would run before the machine comes up: what to say of it.
[[nodiscard]] std::optional<InstanceViewStatus> offline_update_warning(Files& files, Instant now);

}  // namespace guestpatch
