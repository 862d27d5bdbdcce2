// The exit codes a script can trust (docs/usage/commands.md).
#pragma once

namespace guestpatch {

enum class ExitCode {
    done = 0,
    failed = 1,
    usage = 2,
    warnings = 3,
    reboot_pending = 4,
    busy = 75,
    not_privileged = 77,
    patches_pending = 100,
};

}  // namespace guestpatch
