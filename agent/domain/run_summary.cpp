#include "agent/domain/run_summary.hpp"

namespace guestpatch {

RunSummary summarize_run(const Assessment& assessment) {
    return {.activity_id = assessment.activity_id,
            .kind = "Assessment",
            .status = assessment.status,
            .started = assessment.started,
            .ended = assessment.modified,
            .started_by = assessment.started_by,
            .critical = count(assessment.patches, Classification::critical),
            .security = count(assessment.patches, Classification::security),
            .other = count(assessment.patches, Classification::other)};
}

}  // namespace guestpatch
