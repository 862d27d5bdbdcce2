// Everything an operation works with.
#pragma once

#include "agent/config/settings.hpp"
#include "agent/engine/state_folder.hpp"
#include "agent/host/courier.hpp"
#include "packagers/detect.hpp"
#include "platform/seams.hpp"

namespace guestpatch {

/// Borrowed for as long as a command runs; the operation lock is the caller's.
struct Machine {
    Seams seams;
    Detected& detected;
    const Settings& settings;
    StateFolder& state;
    Courier courier;  ///< to probes, and to whoever admits

    [[nodiscard]] Moment now() const { return {seams.clocks.wall(), seams.clocks.boot(), seams.clocks.boot_id()}; }
};

}  // namespace guestpatch
