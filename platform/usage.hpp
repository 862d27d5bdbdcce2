// What this process and its children have cost so far.
#pragma once

#include <cstdint>

#include "platform/base/time.hpp"

namespace guestpatch {

struct Usage {
    std::chrono::microseconds own_cpu{};
    milliseconds children_cpu{};  ///< of children that have ended
    std::int64_t own_peak_kb = 0; ///< peak resident memory of this process alone
};

Usage measure_usage();

}  // namespace guestpatch
