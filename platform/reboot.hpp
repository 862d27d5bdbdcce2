// Restarting the machine.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/result.hpp"
#include "platform/base/time.hpp"
#include "platform/process.hpp"

namespace guestpatch {

/// Exists so that the daemon can ask the service manager instead, and tests nobody.
class Rebooter {
  public:
    virtual ~Rebooter() = default;

    /// Has the machine restart after `delay`, telling everybody who is logged in why. Returns once that is
    /// arranged. Errors say what refused.
    virtual Result<void> schedule(seconds delay, std::string_view message) = 0;
};

/// This system's own program for it: shutdown(8), which counts in whole minutes (`delay` is rounded up), or
/// Windows' shutdown.exe, in seconds.
[[nodiscard]] std::vector<std::string> restart_command(seconds delay, std::string_view message);

/// Runs that program.
std::unique_ptr<Rebooter> make_rebooter(ProcessRunner& processes);

}  // namespace guestpatch
