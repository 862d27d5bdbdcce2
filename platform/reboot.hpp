// Restarting the machine, and keeping others from it.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/result.hpp"
#include "platform/base/time.hpp"
#include "platform/process.hpp"

namespace guestpatch {

/// A wish that is kept as long as this lives.
class HeldOff {
  public:
    virtual ~HeldOff() = default;
};

/// Restarts, and what is in their way. Exists so that tests restart nothing.
class Rebooter {
  public:
    virtual ~Rebooter() = default;

    /// Has the machine restart after `delay`, telling everybody who is logged in why. Returns once that is
    /// arranged. Errors say what refused.
    virtual Result<void> schedule(seconds delay, std::string_view message) = 0;

    /// Waits, woken by what changes, until nothing is in the way of a restart: nobody logged in, no shutdown inhibitor of
    /// another program's. Who is in the way when that ends, in the operator's words: "alice is logged in (tty1)". Empty
    /// as well where nobody can tell.
    virtual std::vector<std::string> wait_until_clear(milliseconds at_most, std::stop_token stop) = 0;

    /// Asks that nobody shuts the machine down or puts it to sleep until the answer is destroyed. root can, all the same.
    /// Errc::not_found where nobody listens to such a wish.
    virtual Result<std::unique_ptr<HeldOff>> hold_off(std::string_view why) = 0;
};

/// This system's own program for it: shutdown(8), which counts in whole minutes (`delay` is rounded up), or
/// Windows' shutdown.exe, in seconds.
[[nodiscard]] std::vector<std::string> restart_command(seconds delay, std::string_view message);

/// Runs that program. Nobody is ever in its way, and nobody listens to wishes.
std::unique_ptr<Rebooter> make_shutdown_program(ProcessRunner& processes);

/// Asks logind, where it runs, so that a restart can be seen and cancelled as everybody's; else runs that program.
std::unique_ptr<Rebooter> make_rebooter(ProcessRunner& processes);

}  // namespace guestpatch
