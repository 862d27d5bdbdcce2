#include "agent/domain/install_plan.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>

namespace guestpatch {

std::vector<Patch> in_order(std::vector<Patch> patches) {
    std::ranges::stable_sort(patches, {}, [](const Patch& patch) {
        return std::tuple(!patch.first, patch.classification, std::string_view(patch.id.name));
    });
    return patches;
}

PlannedBatch take_batch(std::vector<Patch>& waiting, seconds left, const Experience& experience) {
    PlannedBatch batch;
    const seconds most = std::min(left, batch_length);
    std::size_t taken = 0;
    while (taken < waiting.size()) {
        if (taken > 0 && waiting[taken].first != waiting.front().first) break;
        batch.patches.push_back(waiting[taken]);
        const Estimate longer = estimate_batch(batch.patches, experience);
        // One patch alone may be longer than a batch should be, but never than the time left.
        if (longer.time > (taken == 0 ? left : most)) {
            batch.patches.pop_back();
            break;
        }
        batch.estimate = longer.time;
        batch.source = longer.source;
        ++taken;
    }
    waiting.erase(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(taken));
    return batch;
}

std::vector<PlannedBatch> plan_batches(std::vector<Patch>& waiting, seconds left, const Experience& experience) {
    std::vector<PlannedBatch> batches;
    while (true) {
        PlannedBatch batch = take_batch(waiting, left, experience);
        if (batch.patches.empty()) return batches;
        left -= batch.estimate;
        batches.push_back(std::move(batch));
    }
}

}  // namespace guestpatch
