// Whether the machine waits for a reboot.
#pragma once

#include "packagers/apt/questions.hpp"
#include "packagers/package_manager.hpp"
#include "platform/seams.hpp"

namespace guestpatch::apt {

/// The flag in /run, a newer kernel than the running one, and, where the effort is thorough, what needrestart finds.
Result<RebootNeed> reboot_need(Seams seams, const Questions& questions, Context& context, Effort effort);

}  // namespace guestpatch::apt
