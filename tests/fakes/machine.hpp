// Every seam of one make-believe machine.
#pragma once

#include "platform/seams.hpp"
#include "tests/fakes/clocks.hpp"
#include "tests/fakes/files.hpp"
#include "tests/fakes/host.hpp"
#include "tests/fakes/lock.hpp"
#include "tests/fakes/log.hpp"
#include "tests/fakes/process.hpp"
#include "tests/fakes/reboot.hpp"
#include "tests/fakes/units.hpp"
#include "tests/fakes/zones.hpp"

namespace guestpatch {

struct FakeMachine {
    FakeClocks clocks;
    FakeFiles files{clocks};
    FakeHost host;
    FakeLocks locks{clocks};
    FakeLog log;
    FakeProcessRunner processes{clocks};
    FakeRebooter rebooter;
    FakeTimeZones zones;
    FakeUnits units;
    Seams seams{clocks, files, host, locks, log, processes, rebooter, zones, units};
};

}  // namespace guestpatch
