// Whether a run reboots the machine. Pure.
#pragma once

#include <cstddef>
#include <string>

#include "agent/domain/installation.hpp"
#include "agent/domain/lifecycle.hpp"

namespace guestpatch {

/// What the decision rests on.
struct RebootFacts {
    const Run& run;
    const RebootNeed& need;
    std::size_t installed = 0;  ///< patches this run has installed
    bool may_reboot = true;     ///< false: interrupted, cancelled or asked to stop
    seconds left{};             ///< of the window, the reserve already taken off
    bool fruitless = false;     ///< a reboot of ours has not mended this before
};

/// `started` is an order to reboot; any other status is final. The reason names what needs the reboot, or what
/// forbids it.
[[nodiscard]] RebootJudged decide_reboot(const RebootFacts& facts);

}  // namespace guestpatch
