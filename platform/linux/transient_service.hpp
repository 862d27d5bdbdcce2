// Services of systemd's that exist only as long as they run. For this folder only.
#pragma once

#include <string>
#include <vector>

#include "platform/base/result.hpp"

namespace guestpatch::os {

/// Whether systemd is this machine's process 1.
bool systemd_runs();

/// Asks systemd to run `argv` as the service `unit`, with no standard streams and in systemd's own environment.
/// Returns once systemd has agreed; the program is on its way then. Errc::busy when there is such a unit.
Result<void> start_transient_service(const std::string& unit, const std::vector<std::string>& argv);

}  // namespace guestpatch::os
