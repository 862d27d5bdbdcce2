// Services and timers of the machine's service manager, other programs' ones.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "platform/base/result.hpp"
#include "platform/base/time.hpp"

namespace guestpatch {

/// A unit, in systemd's words.
struct UnitState {
    std::string name;
    std::string load;    ///< "loaded", "masked", "not-found"
    std::string active;  ///< "active", "inactive", "activating"
    std::string file;    ///< "enabled", "disabled", "static", "masked"; empty where there is none

    friend bool operator==(const UnitState&, const UnitState&) = default;
};

/// The machine as its service manager sees it.
struct ManagerState {
    bool booted = false;              ///< what it starts at boot has been started, or has failed; not in rescue mode
    std::vector<std::string> failed;  ///< units, sorted by name

    friend bool operator==(const ManagerState&, const ManagerState&) = default;
};

enum class UnitChange { enable, disable, mask, unmask, start, stop };

/// Exists so that turning off what a machine does by itself can be tested without doing it.
class Units {
  public:
    virtual ~Units() = default;

    /// In the order asked for; one that does not exist is "not-found". Errc::not_found: no service manager runs here.
    virtual Result<std::vector<UnitState>> states(const std::vector<std::string>& names) = 0;

    /// Names that are in that state already are fine. `stop` and `start` return when it is done. Errc::not_found as above.
    virtual Result<void> change(UnitChange change, const std::vector<std::string>& names) = 0;

    /// Errc::not_found as above.
    virtual Result<ManagerState> overview() = 0;

    /// Waits for the end of what a unit does now, woken by the service manager. Errc::timed_out, Errc::cancelled.
    virtual Result<void> wait_until_inactive(const std::string& name, milliseconds at_most, std::stop_token stop) = 0;
};

std::unique_ptr<Units> make_units();

}  // namespace guestpatch
