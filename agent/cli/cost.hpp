// What an operation has cost this machine.
#pragma once

#include "platform/log.hpp"

namespace guestpatch {

/// Own and children's CPU time and peak memory, at debug level.
void log_cost(Log& log, std::string_view operation);

}  // namespace guestpatch
