// The machine as one program sees it: every seam, handed down from the composition root.
#pragma once

#include "platform/clock.hpp"
#include "platform/files.hpp"
#include "platform/host.hpp"
#include "platform/lock.hpp"
#include "platform/log.hpp"
#include "platform/process.hpp"
#include "platform/reboot.hpp"
#include "platform/time_zone.hpp"
#include "platform/units.hpp"

namespace guestpatch {

/// Borrowed for as long as a command runs. main() binds the real ones, tests the fakes.
struct Seams {
    Clocks& clocks;
    Files& files;
    Host& host;
    Locks& locks;
    Log& log;
    ProcessRunner& processes;
    Rebooter& rebooter;
    TimeZones& zones;
    Units& units;
};

}  // namespace guestpatch
