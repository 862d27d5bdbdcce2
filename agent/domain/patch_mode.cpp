#include "agent/domain/patch_mode.hpp"

#include <algorithm>

namespace guestpatch {

PatchModeRecord towards(const WantedModes& wanted, const std::optional<PatchModeRecord>& known, Instant now) {
    PatchModeRecord record = known.value_or(PatchModeRecord{.at = now});
    const bool same = known && known->patch_mode == wanted.patch_mode;
    if (same && known->assessment_mode == wanted.assessment_mode) return record;
    record.patch_mode = wanted.patch_mode;
    record.assessment_mode = wanted.assessment_mode;
    record.at = now;
    // Another assessment mode alone hands nothing over: it is only to be said anew.
    const bool seen = same && wanted.automatic && record.stage != PatchModeStage::begun;
    record.stage = seen ? PatchModeStage::assessed : PatchModeStage::begun;
    return record;
}

PatchModeStep next_step(const WantedModes& wanted, const PatchModeRecord& record) {
    switch (record.stage) {
        case PatchModeStage::begun: return wanted.automatic ? PatchModeStep::assess : PatchModeStep::turn_on;
        case PatchModeStage::assessed: return wanted.automatic ? PatchModeStep::turn_off : PatchModeStep::turn_on;
        case PatchModeStage::switched:
            return wanted.automatic ? PatchModeStep::report_and_assess : PatchModeStep::report;
        case PatchModeStage::applied: return PatchModeStep::nothing;
    }
    return PatchModeStep::nothing;
}

std::optional<BlindSpot> find_security_blind_spot(const Assessment& assessment) {
    const auto found = std::ranges::find_if(assessment.blind_spots, [](const BlindSpot& spot) {
        return spot.security && spot.code != BlindSpotCode::os_end_of_support;
    });
    return found == assessment.blind_spots.end() ? std::nullopt : std::optional(*found);
}

bool is_applied(const WantedModes& wanted, const std::optional<PatchModeRecord>& known) {
    if (!known) return !wanted.automatic && wanted.assessment_mode == "ImageDefault";
    return known->stage == PatchModeStage::applied && known->patch_mode == wanted.patch_mode &&
           known->assessment_mode == wanted.assessment_mode;
}

}  // namespace guestpatch
