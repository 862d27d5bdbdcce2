// What the host has asked for, once each: noted as begun before it begins, and never begun again.
#pragma once

#include "agent/domain/requests.hpp"
#include "agent/engine/machine.hpp"
#include "packagers/package_manager.hpp"

namespace guestpatch {

/// For the holder of the operation lock.
class RequestDesk {
  public:
    RequestDesk(const Machine& machine, const GoalState& goal, Context& context) : machine_(machine), goal_(goal), context_(context) {}

    /// Gives what an earlier process had begun its end: its result, or Failed. False: that could not be kept.
    [[nodiscard]] bool settle_begun();

    /// Carries it out, or declines it. False: its end could not be kept, and settle_begun() comes first next time.
    [[nodiscard]] bool carry_out(const GoalOperation& operation);

  private:
    bool note_state(const std::string& activity_id, RequestState state);
    bool decline(const GoalOperation& operation, const Decline& why, RequestState state);
    void assess_for(const GoalOperation& operation);
    void install_for(const GoalOperation& operation);
    void configure();
    [[nodiscard]] bool has_result(const std::string& activity_id) const;

    const Machine& machine_;
    const GoalState& goal_;
    Context& context_;
};

}  // namespace guestpatch
