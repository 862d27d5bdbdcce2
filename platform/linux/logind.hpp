// systemd's login manager: who is logged in, who wants no shutdown, and the shutdown itself. For this folder only.
#pragma once

#include <memory>

#include "platform/reboot.hpp"

namespace guestpatch::os {

/// A Rebooter over logind; `otherwise` restarts the machine where nobody answers to that name.
std::unique_ptr<Rebooter> make_logind_rebooter(std::unique_ptr<Rebooter> otherwise);

}  // namespace guestpatch::os
