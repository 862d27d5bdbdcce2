// Which patches go in together, and whether they still fit. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "agent/domain/experience.hpp"
#include "packagers/patch.hpp"
#include "platform/base/time.hpp"

namespace guestpatch {

/// One call of the package manager.
struct PlannedBatch {
    std::vector<Patch> patches;
    seconds estimate{};
    EstimateSource source = EstimateSource::standard;

    friend bool operator==(const PlannedBatch&, const PlannedBatch&) = default;
};

/// A batch stays about this long, so that a stop request, or the end of a window, costs little.
constexpr seconds batch_length = std::chrono::minutes(10);

/// The order of installation: the package manager and its libraries, then Critical, Security, Other, by name.
[[nodiscard]] std::vector<Patch> in_order(std::vector<Patch> patches);

/// Cuts the next batch off the front of `waiting` so that it fits `left`; empty when none does, or nothing waits.
/// The package manager's own patches stay among themselves.
[[nodiscard]] PlannedBatch take_batch(std::vector<Patch>& waiting, seconds left, const Experience& experience);

/// All batches that fit `left` by their estimates; `waiting` keeps what does not.
[[nodiscard]] std::vector<PlannedBatch> plan_batches(std::vector<Patch>& waiting, seconds left,
                                                     const Experience& experience);

}  // namespace guestpatch
