// The operation that is running now, as the lock's text tells it. Pure values.
#pragma once

#include <cstdint>
#include <string>

#include "platform/base/time.hpp"

namespace guestpatch {

struct RunningOperation {
    std::string kind;  ///< "Assessment", "Installation"
    std::string activity_id;
    std::int64_t pid = 0;
    Instant started;

    friend bool operator==(const RunningOperation&, const RunningOperation&) = default;
};

}  // namespace guestpatch
