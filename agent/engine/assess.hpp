// The assessment: refresh, look, judge, record.
#pragma once

#include "agent/config/settings.hpp"
#include "agent/domain/assessment.hpp"
#include "agent/engine/state_folder.hpp"
#include "packagers/detect.hpp"
#include "platform/seams.hpp"

namespace guestpatch {

/// What is asked of one assessment.
struct AssessRequest {
    std::string activity_id;
    StartedBy started_by = StartedBy::user;
    bool refresh = true;  ///< bring the package lists up to date first
    bool record = true;   ///< leave results in the state folder; needs the operation lock
    Selection selection;
};

/// What came of it. `refused` is set, and nothing was recorded, when the selection cannot be honoured.
struct AssessOutcome {
    Assessment assessment;
    bool repair_needed = false;  ///< nothing can go in before the machine is repaired
    std::optional<Error> refused;
    std::optional<Error> not_recorded;
};

AssessOutcome assess(Seams seams, Detected& detected, const Settings& settings, StateFolder& state,
                     const AssessRequest& request, Context& context);

/// The machine's end of support, from what is installed on it.
std::optional<Instant> read_support_end(Seams seams, const Settings& settings, bool extended);

}  // namespace guestpatch
