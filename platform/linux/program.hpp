// Finding programs, and what every one of them is given to start with. For this folder only.
#pragma once

#include <string>
#include <vector>

#include "platform/process.hpp"

namespace guestpatch::os {

/// `name` itself when it says a folder, else where the search path has it; empty when there is no such program.
std::string find_program(const std::string& name);

/// The clean environment with what the command adds.
std::vector<std::string> environment_of(const Command& command);

/// As execve() wants them, the null pointer included. Borrowed: `words` must outlive them.
std::vector<char*> pointers(const std::vector<std::string>& words);

/// Undoes what this process ignores, handles or blocks. Async-signal-safe, for between fork() and exec.
void reset_signals();

}  // namespace guestpatch::os
