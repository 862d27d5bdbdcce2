// What one installation did, patch by patch. Pure values.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "agent/domain/assessment.hpp"
#include "agent/domain/health.hpp"
#include "agent/domain/hook.hpp"
#include "agent/domain/operation.hpp"
#include "agent/domain/selection.hpp"
#include "packagers/patch.hpp"
#include "platform/base/time.hpp"

namespace guestpatch {

/// PatchInstallationState: each pending patch ends in exactly one.
enum class InstallationState { installed, failed, excluded, not_selected, pending };

/// VMGuestPatchRebootSetting: what the operator allows.
enum class RebootSetting { if_required, never, always };

/// VMGuestPatchRebootStatus.
enum class RebootStatus { not_needed, required, started, failed, completed };

/// One patch of an installation. Its `reason` says why it did not go in.
struct PatchResult {
    Patch patch;
    InstallationState state = InstallationState::pending;
    std::string message;     ///< what the package manager said, where it said something
    bool automatic = false;  ///< was, or as a new package must be, marked as automatically installed

    friend bool operator==(const PatchResult&, const PatchResult&) = default;
};

/// What is wanted of one installation.
struct InstallationRequest {
    Selection selection;
    bool exclude_reboot = false;  ///< leave out what needs, or may ask for, a reboot

    friend bool operator==(const InstallationRequest&, const InstallationRequest&) = default;
};

/// Everything one installation did and did not do.
struct Installation {
    std::string activity_id;
    std::string assessment_id;  ///< the assessment it acted on
    std::string maintenance_run_id;
    OperationStatus status = OperationStatus::in_progress;
    Instant started;
    Instant modified;    ///< last write
    seconds duration{};  ///< of the process that finished it, by the boot clock
    StartedBy started_by = StartedBy::user;
    Surroundings on;
    std::vector<PatchResult> patches;
    std::vector<BlindSpot> blind_spots;
    std::vector<Note> notes;
    RebootSetting reboot_setting = RebootSetting::if_required;
    RebootStatus reboot_status = RebootStatus::not_needed;
    std::string reboot_reason;           ///< why a reboot is needed, or why none was made
    std::vector<std::string> services;   ///< that need a restart
    bool window_exceeded = false;
    std::size_t batches = 0;             ///< calls of the package manager that were to install something
    std::string left_running;            ///< where the package manager goes on without us
    bool dry_run = false;
    std::vector<ErrorDetail> errors;     ///< of the operation itself: interrupted, cancelled, failed
    std::vector<HookReport> hooks;       ///< in the order they ran, but for onResult's
    std::optional<Health> health_before; ///< nothing: it was not looked at
    std::optional<Health> health_after;

    friend bool operator==(const Installation&, const Installation&) = default;
};

/// An error of the operation: a hook failed. Its target is the hook; "preInstall": nothing more was installed.
constexpr const char* hook_failed = "HOOK_FAILED";
constexpr const char* pre_install_target = "preInstall";
/// Errors of the operation: it was not let begin.
constexpr const char* unhealthy_code = "UNHEALTHY";
constexpr const char* not_admitted_code = "NOT_ADMITTED";

[[nodiscard]] std::size_t count(const std::vector<PatchResult>& patches, InstallationState state);

/// Where every pending patch stands before anything is tried: Pending without a reason means "to be installed".
/// Held and pinned end Excluded; phased, kept back and would-remove Pending.
[[nodiscard]] std::vector<PatchResult> dispose(const InstallationRequest& request, std::vector<Patch> patches);

/// Still to be installed.
[[nodiscard]] bool is_intended(const PatchResult& result);

/// Succeeded only when every intended patch is installed and everything could be seen. Failed when something
/// was to be done and nothing could be.
[[nodiscard]] OperationStatus final_status(const Installation& installation);

/// What went wrong, as Azure's schema has room for it.
[[nodiscard]] ApiError api_error(const Installation& installation);

}  // namespace guestpatch
