// [opens, closes): when something may be installed. Pure values.
#pragma once

#include <string>

#include "platform/base/time.hpp"

namespace guestpatch {

struct Window {
    Instant opens;
    Instant closes;

    friend bool operator==(const Window&, const Window&) = default;
};

/// A window, where it comes from, and in which zone it was meant.
struct ScheduledWindow {
    Window window;
    std::string source;     ///< "offPeak", or the id of a maintenance configuration
    std::string time_zone;  ///< as the operating system names it

    friend bool operator==(const ScheduledWindow&, const ScheduledWindow&) = default;
};

}  // namespace guestpatch
