#include "agent/domain/patch_status.hpp"

#include <fmt/format.h>

namespace guestpatch {

ApiError api_error(const Assessment& assessment) {
    ApiError error;
    if (assessment.failure) {
        error.details.push_back(*assessment.failure);
    } else {
        for (const BlindSpot& spot : assessment.blind_spots) {
            error.details.push_back({"PACKAGE_MANAGER_FAILURE", spot.source, spot.message});
        }
    }
    const std::size_t found = error.details.size();
    error.code = found == 0 ? "0" : "1";
    error.message = found == 1 ? "1 error reported." : fmt::format("{} errors reported.", found);
    return error;
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

PatchStatus begin_assessment(PatchStatus before, const std::string& activity_id, Instant now) {
    AvailablePatchSummary summary = before.available.value_or(AvailablePatchSummary());
    summary.status = OperationStatus::in_progress;
    summary.activity_id = activity_id;
    summary.started = now;
    summary.modified = now;
    summary.error = api_error({});
    before.available = std::move(summary);
    return before;
}

PatchStatus end_assessment(const PatchStatus& during, const Assessment& ended) {
    PatchStatus status{summarize(ended), ended.compliance};
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
