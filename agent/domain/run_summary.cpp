#include "agent/domain/run_summary.hpp"

namespace guestpatch {

RunSummary summarize_run(const Assessment& assessment) {
    return {.activity_id = assessment.activity_id,
            .kind = "Assessment",
            .status = assessment.status,
            .started = assessment.started,
            .ended = assessment.modified,
            .started_by = assessment.started_by,
            .counts = {{"critical", count(assessment.patches, Classification::critical)},
                       {"security", count(assessment.patches, Classification::security)},
                       {"other", count(assessment.patches, Classification::other)}}};
}

RunSummary summarize_run(const Installation& installation) {
    const auto counted = [&](InstallationState state) { return count(installation.patches, state); };
    return {.activity_id = installation.activity_id,
            .kind = "Installation",
            .status = installation.status,
            .started = installation.started,
            .ended = installation.modified,
            .started_by = installation.started_by,
            .counts = {{"installed", counted(InstallationState::installed)},
                       {"failed", counted(InstallationState::failed)},
                       {"pending", counted(InstallationState::pending)},
                       {"excluded", counted(InstallationState::excluded)},
                       {"notSelected", counted(InstallationState::not_selected)}}};
}

}  // namespace guestpatch
