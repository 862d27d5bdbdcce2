#include "agent/domain/metrics.hpp"

namespace guestpatch {

PendingTally tally(const Assessment& sight) {
    PendingTally counted{.oldest = oldest_pending(sight.patches)};
    for (const Patch& patch : sight.patches) {
        ++counted.patches[{patch.classification, patch.severity}];
        if (patch.held_back) ++counted.held_back[*patch.held_back];
    }
    if (sight.metadata_age) counted.metadata_time = sight.modified - *sight.metadata_age;
    return counted;
}

}  // namespace guestpatch
