#include "agent/domain/install_plan.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <tuple>

namespace guestpatch {
namespace {

constexpr seconds per_batch{60};
constexpr seconds per_patch{10};
constexpr std::uint64_t bytes_per_second = 1'000'000;

}  // namespace

seconds estimate_batch(const std::vector<Patch>& patches) {
    std::uint64_t bytes = 0;
    for (const Patch& patch : patches) bytes += patch.download_bytes;
    return per_batch + per_patch * static_cast<seconds::rep>(patches.size()) +
           seconds(static_cast<seconds::rep>((bytes + bytes_per_second - 1) / bytes_per_second));
}

std::vector<Patch> in_order(std::vector<Patch> patches) {
    std::ranges::stable_sort(patches, {}, [](const Patch& patch) {
        return std::tuple(!patch.first, patch.classification, std::string_view(patch.id.name));
    });
    return patches;
}

PlannedBatch take_batch(std::vector<Patch>& waiting, seconds left) {
    PlannedBatch batch;
    const seconds most = std::min(left, batch_length);
    std::size_t taken = 0;
    while (taken < waiting.size()) {
        if (taken > 0 && waiting[taken].first != waiting.front().first) break;
        batch.patches.push_back(waiting[taken]);
        const seconds longer = estimate_batch(batch.patches);
        // One patch alone may be longer than a batch should be, but never than the time left.
        if (longer > (taken == 0 ? left : most)) {
            batch.patches.pop_back();
            break;
        }
        batch.estimate = longer;
        ++taken;
    }
    waiting.erase(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(taken));
    return batch;
}

std::vector<PlannedBatch> plan_batches(std::vector<Patch>& waiting, seconds left) {
    std::vector<PlannedBatch> batches;
    while (true) {
        PlannedBatch batch = take_batch(waiting, left);
        if (batch.patches.empty()) return batches;
        left -= batch.estimate;
        batches.push_back(std::move(batch));
    }
}

}  // namespace guestpatch
