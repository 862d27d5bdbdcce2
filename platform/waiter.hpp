// Sleeping until something happens: the one place where the daemon waits.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "platform/base/time.hpp"
#include "platform/files.hpp"

namespace guestpatch {

/// Why the wait is over; several may be true, none when a limit passed.
struct Wake {
    bool stop = false;       ///< SIGTERM, SIGINT; the service control manager
    bool reload = false;     ///< SIGHUP
    bool changed = false;    ///< a watched file was written, replaced, or closed after writing
    bool clock_set = false;  ///< the wall clock was set
    bool poked = false;      ///< poke() was called

    friend bool operator==(const Wake&, const Wake&) = default;
};

/// Waits without polling, on one thread. Make it before any other thread exists, and without listen_for_stop(): its
/// signals are blocked for all of them from then on, and for good.
class Waiter {
  public:
    virtual ~Waiter() = default;

    /// Until `wall` on the wall clock (also when that is set meanwhile, or the machine slept), until `at_most` has passed
    /// on the boot clock, or until something happens. What happened since the last call counts. A limit that is absent
    /// never passes. A stop stays: from then on every wait is over at once, and says so.
    virtual Wake wait(std::optional<Instant> wall, std::optional<milliseconds> at_most) = 0;

    /// Ends the wait; from any thread.
    virtual void poke() = 0;
};

/// `watched`: files, existing or not; their folders exist. A file somebody writes counts when he has closed it. Of a folder
/// that vanishes nothing more is heard until it is back and somebody waits anew.
std::unique_ptr<Waiter> make_waiter(const std::vector<Path>& watched);

}  // namespace guestpatch
