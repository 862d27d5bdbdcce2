// What a service tells its manager about itself.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "platform/base/time.hpp"

namespace guestpatch {

/// systemd (sd_notify(3)) or the Windows service control manager. Without one every call does nothing.
class ServiceManager {
  public:
    virtual ~ServiceManager() = default;

    /// Started up, or done with reloading.
    virtual void ready() = 0;
    virtual void reloading() = 0;
    /// Ending takes up to `at_most` from now.
    virtual void stopping(seconds at_most) = 0;
    /// One sentence for `systemctl status`.
    virtual void status(std::string_view sentence) = 0;
    /// Feeds the watchdog.
    virtual void alive() = 0;
    /// How long the watchdog waits between two calls of alive(); nothing: there is none.
    [[nodiscard]] virtual std::optional<milliseconds> watchdog() const = 0;
};

std::unique_ptr<ServiceManager> make_service_manager();

}  // namespace guestpatch
