// A past operation in one line. Pure values.
#pragma once

#include <string>
#include <vector>

#include "agent/domain/assessment.hpp"

namespace guestpatch {

struct RunSummary {
    std::string activity_id;
    std::string kind;  ///< "Assessment"
    OperationStatus status = OperationStatus::in_progress;
    Instant started;
    Instant ended;
    StartedBy started_by = StartedBy::user;
    std::size_t critical = 0;
    std::size_t security = 0;
    std::size_t other = 0;

    friend bool operator==(const RunSummary&, const RunSummary&) = default;
};

[[nodiscard]] RunSummary summarize_run(const Assessment& assessment);

}  // namespace guestpatch
