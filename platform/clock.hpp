// The three kinds of time a patch agent must not confuse.
#pragma once

#include <memory>
#include <string>

#include "platform/base/time.hpp"

namespace guestpatch {

/// Exists so that tests own time. Asked only at the edges; everything below is handed values.
class Clocks {
  public:
    virtual ~Clocks() = default;

    /// Wall clock, UTC. May jump either way.
    virtual Instant wall() = 0;
    /// Time since boot, suspension included. Never goes back; starts anew at every boot.
    virtual BootTime boot() = 0;
    /// Identifies this boot of the machine; another one after every reboot. Empty when unknown.
    virtual std::string boot_id() = 0;
};

std::unique_ptr<Clocks> make_clocks();

}  // namespace guestpatch
