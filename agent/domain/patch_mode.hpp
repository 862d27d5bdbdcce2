// Who patches this machine, and in which order that changes hands. Pure.
//
// Enabling: a native run in progress is awaited, a first assessment sees the security sources, native updates go off,
// the status says Enabled, an assessment is reported as the platform's. Until the first has seen them native updates
// stay on, so that no machine is ever left without either.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/domain/assessment.hpp"
#include "agent/domain/patch_status.hpp"

namespace guestpatch {

/// How far changing to a mode has come. Durable: each is entered only when what it says is true.
enum class PatchModeStage {
    begun,     ///< nothing is done yet
    assessed,  ///< this program has shown that it can see what is pending; native updates may be going off
    switched,  ///< native updates are as the mode wants them
    applied,   ///< and that has been reported
};

/// The mode this machine is in, or on its way to.
struct PatchModeRecord {
    std::string patch_mode;
    std::string assessment_mode;
    PatchModeStage stage = PatchModeStage::begun;
    Instant at;  ///< of the last change
    std::vector<InstanceViewStatus> statuses;

    friend bool operator==(const PatchModeRecord&, const PatchModeRecord&) = default;
};

/// What is asked of this machine.
struct WantedModes {
    std::string patch_mode;
    std::string assessment_mode;
    bool automatic = false;  ///< the patch mode takes native updates' place
};

enum class PatchModeStep { assess, turn_off, turn_on, report, report_and_assess, nothing };

/// The record to go on with: the known one, or the beginning of another mode.
[[nodiscard]] PatchModeRecord towards(const WantedModes& wanted, const std::optional<PatchModeRecord>& known,
                                      Instant now);

/// What comes next. Every step may be carried out twice.
[[nodiscard]] PatchModeStep next_step(const WantedModes& wanted, const PatchModeRecord& record);

/// What keeps an assessment from standing in for native updates: security patches may be hidden behind it. That nobody
/// makes them any more is none: native updates would not find them either.
[[nodiscard]] std::optional<BlindSpot> find_security_blind_spot(const Assessment& assessment);

/// A machine nobody ever configured is as its image wants it.
[[nodiscard]] bool is_applied(const WantedModes& wanted, const std::optional<PatchModeRecord>& known);

}  // namespace guestpatch
