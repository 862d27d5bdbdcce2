// What a detached program leaves in its folder, and what that means. For this folder only.
//
//   out, err   what it prints; `out` is made first and stands for "launched"
//   where      the boot's id, the unit's name or "-", then /proc/PID/stat of the wrapper and of the program
//   started    claimed by the program just before it begins, or by whoever gives it up: by one of them only
//   exit       "exited 100" or "killed 9", with its line end; before, a line without end, which reserves the space
#pragma once

#include <optional>
#include <string>

#include "platform/linux/living.hpp"
#include "platform/process.hpp"

namespace guestpatch::os {

/// Who runs, or ran, in this boot.
struct Trace {
    std::string unit;  ///< empty: no systemd unit
    ProcessStat wrapper;
    ProcessStat program;
};

/// Nothing when it was another boot, or when it never came to begin.
std::optional<Trace> read_trace(const Path& folder);

/// Its end and code, without output; nothing while there is none.
std::optional<Completion> read_exit(const Path& folder);

/// Whether the program has begun, or was given up.
bool claimed(const Path& folder);

/// From now on it cannot begin any more. False when it has, or when somebody else gave it up.
bool give_up(const Path& folder);

}  // namespace guestpatch::os
