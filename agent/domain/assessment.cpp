#include "agent/domain/assessment.hpp"

#include <algorithm>

namespace guestpatch {
namespace {

std::size_t to_size(std::ptrdiff_t counted) { return static_cast<std::size_t>(counted); }

}  // namespace

std::size_t count(const std::vector<Patch>& patches, Classification classification) {
    return to_size(std::ranges::count(patches, classification, &Patch::classification));
}

std::size_t count(const std::vector<Patch>& patches, Severity severity) {
    return to_size(std::ranges::count(patches, severity, &Patch::severity));
}

std::size_t count_critical_and_security(const std::vector<Patch>& patches) {
    return patches.size() - count(patches, Classification::other);
}

std::optional<Instant> oldest_pending(const std::vector<Patch>& patches) {
    std::optional<Instant> oldest;
    for (const Patch& patch : patches) {
        if (patch.classification == Classification::other || !patch.first_seen) continue;
        oldest = std::min(oldest.value_or(*patch.first_seen), *patch.first_seen);
    }
    return oldest;
}

OperationStatus final_status(const Assessment& assessment) {
    if (assessment.failure) return OperationStatus::failed;
    return assessment.blind_spots.empty() ? OperationStatus::succeeded : OperationStatus::completed_with_warnings;
}

}  // namespace guestpatch
