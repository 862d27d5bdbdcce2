#include "agent/domain/patch_status.hpp"

namespace guestpatch {

ApiError api_error(const Assessment& assessment) {
    if (assessment.failure) return count_errors({*assessment.failure});
    std::vector<ErrorDetail> details;
    for (const BlindSpot& spot : assessment.blind_spots) {
        details.push_back({"PACKAGE_MANAGER_FAILURE", spot.source, spot.message});
    }
    return count_errors(std::move(details));
}

AvailablePatchSummary summarize(const Assessment& assessment) {
    return {.status = assessment.status,
            .activity_id = assessment.activity_id,
            .reboot_pending = assessment.reboot.required,
            .critical_and_security = count_critical_and_security(assessment.patches),
            .other = count(assessment.patches, Classification::other),
            .started = assessment.started,
            .modified = assessment.modified,
            .error = api_error(assessment)};
}

InstallationSummary summarize(const Installation& installation) {
    const auto counted = [&](InstallationState state) { return count(installation.patches, state); };
    return {.status = installation.status,
            .activity_id = installation.activity_id,
            .window_exceeded = installation.window_exceeded,
            .not_selected = counted(InstallationState::not_selected),
            .excluded = counted(InstallationState::excluded),
            .pending = counted(InstallationState::pending),
            .installed = counted(InstallationState::installed),
            .failed = counted(InstallationState::failed),
            .started = installation.started,
            .modified = installation.modified,
            .error = api_error(installation)};
}

PatchStatus begin_assessment(PatchStatus before, const std::string& activity_id, Instant now) {
    AvailablePatchSummary summary = before.available.value_or(AvailablePatchSummary());
    summary.status = OperationStatus::in_progress;
    summary.activity_id = activity_id;
    summary.started = now;
    summary.modified = now;
    summary.error = count_errors({});
    before.available = std::move(summary);
    return before;
}

PatchStatus end_assessment(const PatchStatus& during, const Assessment& ended) {
    PatchStatus status{summarize(ended), during.installation, ended.compliance, during.configuration};
    if (ended.failure && during.available) {
        status.available->critical_and_security = during.available->critical_and_security;
        status.available->other = during.available->other;
        status.available->reboot_pending = during.available->reboot_pending;
    }
    return status;
}

ErrorDetail interruption() {
    return {"OPERATION_INTERRUPTED", "assess",
            "the assessment was interrupted before its end (power cut, reboot or kill); nothing is known from it"};
}

Assessment interrupted_assessment(const PatchStatus& during, Instant noticed) {
    const AvailablePatchSummary summary = during.available.value_or(AvailablePatchSummary());
    return {.activity_id = summary.activity_id,
            .status = OperationStatus::failed,
            .started = summary.started,
            .modified = noticed,
            .compliance = during.compliance.value_or(Compliance{.since = noticed}),
            .failure = interruption()};
}

}  // namespace guestpatch
