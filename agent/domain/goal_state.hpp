// What the host asks of this machine. Pure values; a goal state can select patches, windows and reboot policy, and can never
// carry a command, a source or a credential.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/domain/installation.hpp"

namespace guestpatch {

enum class GoalKind {
    assessment,
    installation,
    configure_patching,
    unknown,  ///< a word this agent does not know: reported as OperationNotSupported, never ignored
};

/// Something to be done once, whatever happens: an activity id is never begun a second time.
struct GoalOperation {
    std::string activity_id;  ///< GUID
    GoalKind kind = GoalKind::unknown;
    std::string name;  ///< of the operation, as it was written
    std::uint64_t sequence = 0;
    std::optional<Instant> start;      ///< not before
    std::optional<Instant> not_after;  ///< an installation also ends by then
    InstallationRequest request;       ///< of this operating system
    seconds maximum_duration{};        ///< of an installation
    std::optional<RebootSetting> reboot_setting;
    std::string maintenance_run_id;
    std::string fault;  ///< its parameters cannot be honoured: reported as Failed

    friend bool operator==(const GoalOperation&, const GoalOperation&) = default;
};

/// A goal state that was found sound as a whole; its settings and windows go through the configuration.
struct GoalState {
    std::uint64_t sequence = 0;
    std::vector<GoalOperation> operations;
    std::optional<seconds> interval;  ///< reporting.intervalSeconds
    bool events = true;               ///< reporting.eventsEnabled

    friend bool operator==(const GoalState&, const GoalState&) = default;
};

}  // namespace guestpatch
