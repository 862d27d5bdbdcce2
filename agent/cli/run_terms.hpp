// A one-shot run, from options and configuration.
#pragma once

#include "agent/cli/options.hpp"
#include "agent/config/settings.hpp"
#include "agent/domain/lifecycle.hpp"
#include "platform/clock.hpp"

namespace guestpatch {

/// The run's window is now to now + the maximum duration. Errc::invalid when nothing could be selected.
Result<Run> make_run(const RunOptions& options, const Settings& settings, Clocks& clocks);

}  // namespace guestpatch
