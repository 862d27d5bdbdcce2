// Progress on standard error: a bar on a terminal, plain lines elsewhere.
#pragma once

#include <memory>
#include <ostream>

#include "agent/cli/options.hpp"
#include "packagers/package_manager.hpp"
#include "platform/console.hpp"

namespace guestpatch {

/// What `mode` means for this console. A bar is wiped when its owner goes.
std::unique_ptr<Progress> make_progress(ProgressMode mode, const Console& console, std::ostream& err);

}  // namespace guestpatch
