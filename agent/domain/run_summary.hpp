// A past operation in one line. Pure values.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "agent/domain/assessment.hpp"
#include "agent/domain/installation.hpp"

namespace guestpatch {

struct RunSummary {
    std::string activity_id;
    std::string kind;  ///< "Assessment", "Installation"
    OperationStatus status = OperationStatus::in_progress;
    Instant started;
    Instant ended;
    StartedBy started_by = StartedBy::user;
    /// What it found, or did, in the schema's words: "critical", "security", "other"; "installed", "failed", ...
    std::vector<std::pair<std::string, std::size_t>> counts;

    friend bool operator==(const RunSummary&, const RunSummary&) = default;
};

[[nodiscard]] RunSummary summarize_run(const Assessment& assessment);
[[nodiscard]] RunSummary summarize_run(const Installation& installation);

}  // namespace guestpatch
