// Progress of a whole run, made of the progress of its parts, also for whoever asks from outside.
#pragma once

#include <string>

#include "agent/domain/package_timer.hpp"
#include "agent/engine/state_folder.hpp"
#include "packagers/package_manager.hpp"
#include "platform/clock.hpp"

namespace guestpatch {

/// Passes reports on with what only the run knows, and keeps them where `status` looks. A report may be the last
/// for an hour, when a script says nothing: none is held back.
class RunProgress final : public Progress {
  public:
    RunProgress(Progress& inner, StateFolder& state, Clocks& clocks, std::string activity_id)
        : inner_(inner), state_(state), clocks_(clocks), activity_id_(std::move(activity_id)) {}

    /// A part begins: its words go before each step ("batch 2"), `expected` is what is left of the run.
    void begin(std::string part, seconds expected);
    void report(const ProgressReport& report) override;
    /// Who hears which package is worked on; nullptr: nobody any more.
    void tell(PackageTimer* timer) { timer_ = timer; }

  private:
    Progress& inner_;
    StateFolder& state_;
    Clocks& clocks_;
    std::string activity_id_;
    std::string part_;
    BootTime part_ends_ = BootTime::max();
    PackageTimer* timer_ = nullptr;
    OperationProgress last_;
};

}  // namespace guestpatch
