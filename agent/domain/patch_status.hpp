// The machine's current state of patching: VirtualMachinePatchStatus. Pure values.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "agent/domain/assessment.hpp"
#include "agent/domain/installation.hpp"

namespace guestpatch {

/// AvailablePatchSummary: the newest assessment.
struct AvailablePatchSummary {
    OperationStatus status = OperationStatus::in_progress;
    std::string activity_id;
    bool reboot_pending = false;
    std::size_t critical_and_security = 0;
    std::size_t other = 0;
    Instant started;
    Instant modified;
    ApiError error;

    friend bool operator==(const AvailablePatchSummary&, const AvailablePatchSummary&) = default;
};

/// LastPatchInstallationSummary: the newest installation.
struct InstallationSummary {
    OperationStatus status = OperationStatus::in_progress;
    std::string activity_id;
    bool window_exceeded = false;
    std::size_t not_selected = 0;
    std::size_t excluded = 0;
    std::size_t pending = 0;
    std::size_t installed = 0;
    std::size_t failed = 0;
    Instant started;
    Instant modified;
    ApiError error;

    friend bool operator==(const InstallationSummary&, const InstallationSummary&) = default;
};

enum class StatusLevel { info, warning, error };

/// InstanceViewStatus: what became of the configuration that was asked for.
struct InstanceViewStatus {
    std::string code;  ///< of our own, "Category/value": docs/wire/reasons.md
    StatusLevel level = StatusLevel::info;
    std::string display_status;  ///< a few words
    std::string message;         ///< what was done, or why not
    Instant time;

    friend bool operator==(const InstanceViewStatus&, const InstanceViewStatus&) = default;
};

struct PatchStatus {
    std::optional<AvailablePatchSummary> available;
    std::optional<InstallationSummary> installation;
    std::optional<Compliance> compliance;
    std::vector<InstanceViewStatus> configuration;  ///< configurationStatuses

    friend bool operator==(const PatchStatus&, const PatchStatus&) = default;
};

/// What went wrong or could not be seen, as Azure's schema has room for it.
[[nodiscard]] ApiError api_error(const Assessment& assessment);
[[nodiscard]] AvailablePatchSummary summarize(const Assessment& assessment);
[[nodiscard]] InstallationSummary summarize(const Installation& installation);

/// The status while an assessment runs: InProgress, the counts of the one before it.
[[nodiscard]] PatchStatus begin_assessment(PatchStatus before, const std::string& activity_id, Instant now);

/// The status once it has ended. After a failure nothing new is known: the counts of the last sight stand,
/// under a status that says Failed.
[[nodiscard]] PatchStatus end_assessment(const PatchStatus& during, const Assessment& ended);

/// What must be reported of an assessment that never came to its end (power cut, kill).
[[nodiscard]] ErrorDetail interruption();
/// The result of such an assessment, from the status it left behind.
[[nodiscard]] Assessment interrupted_assessment(const PatchStatus& during, Instant noticed);

}  // namespace guestpatch
