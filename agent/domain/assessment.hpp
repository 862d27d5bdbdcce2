// One look at everything pending. Pure values.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "agent/domain/compliance.hpp"
#include "agent/domain/operation.hpp"
#include "packagers/patch.hpp"
#include "platform/base/time.hpp"

namespace guestpatch {

/// What machine and package manager an operation ran on.
struct Surroundings {
    std::string package_manager;  ///< the true name: "apt"
    std::string patch_service;    ///< PatchServiceUsed: "APT"
    std::string os_type;
    std::string os_name;
    std::string os_version;

    friend bool operator==(const Surroundings&, const Surroundings&) = default;
};

/// Everything one assessment found and could not find.
struct Assessment {
    std::string activity_id;
    OperationStatus status = OperationStatus::in_progress;
    Instant started;
    Instant modified;  ///< last write
    seconds duration{};  ///< by the boot clock: a wall clock may jump
    StartedBy started_by = StartedBy::user;
    Surroundings on;
    std::vector<Patch> patches;
    std::vector<BlindSpot> blind_spots;
    std::vector<Note> notes;
    RebootNeed reboot;
    std::optional<seconds> metadata_age;
    Compliance compliance;
    std::optional<ErrorDetail> failure;  ///< why nothing could be assessed

    friend bool operator==(const Assessment&, const Assessment&) = default;
};

[[nodiscard]] std::size_t count(const std::vector<Patch>& patches, Classification classification);
[[nodiscard]] std::size_t count(const std::vector<Patch>& patches, Severity severity);
/// Critical and Security together.
[[nodiscard]] std::size_t count_critical_and_security(const std::vector<Patch>& patches);
/// Since when the oldest Critical or Security patch has been pending.
[[nodiscard]] std::optional<Instant> oldest_pending(const std::vector<Patch>& patches);

/// Succeeded only when everything could be seen; a blind spot always warns.
[[nodiscard]] OperationStatus final_status(const Assessment& assessment);

}  // namespace guestpatch
