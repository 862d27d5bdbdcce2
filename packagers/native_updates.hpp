// What a machine does by itself to stay up to date, without us: one tool or service at a time.
#pragma once

#include <string>
#include <vector>

#include "packagers/package_manager.hpp"
#include "platform/base/result.hpp"

namespace guestpatch {

/// What turning off, or back on, came to. Half-success is a value: what failed is tried again by the next call.
struct NativeChange {
    std::vector<std::string> done;  ///< "apt-daily.timer: disabled and stopped"
    std::vector<std::string> off;   ///< what is off by our doing, from this call or an earlier one: units and files
    std::vector<std::string> kept;  ///< what somebody else changed in between, and was left so
    std::vector<std::string> failed;
    std::vector<std::string> lost;  ///< which documents of how it was found nobody can read any more
    bool only_files = false;        ///< no service manager runs here

    [[nodiscard]] bool complete() const { return failed.empty(); }
};

/// The automatic updates of one tool or service. How they were found is kept durably from before the first change until
/// everything is back: both verbs that change may be interrupted anywhere, and called again, any number of times.
class NativeUpdates {
  public:
    virtual ~NativeUpdates() = default;

    /// "apt", "packagekit": the name of its document, too.
    [[nodiscard]] virtual std::string name() const = 0;

    /// Waits for the end of what they do at this moment; it is never stopped. Errc::timed_out, Errc::cancelled. With a
    /// deadline that has passed it only looks: Errc::busy, and the message is what runs.
    virtual Result<void> wait_until_idle(Context& context) = 0;

    /// What was found on goes off. What was off, and what is not here, stays as it is; what somebody has turned on
    /// again since stays on and is named.
    virtual NativeChange turn_off() = 0;

    /// What turn_off() changed becomes as it was found, except for what somebody else has changed since.
    virtual NativeChange turn_on() = 0;

    /// Whether being off has its effect: what still turns them on, a sentence each.
    virtual std::vector<std::string> still_on(Context& context) = 0;
};

}  // namespace guestpatch
