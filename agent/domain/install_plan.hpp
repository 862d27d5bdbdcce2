// Which patches go in together, and whether they still fit. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "agent/domain/installation.hpp"
#include "packagers/patch.hpp"
#include "platform/base/time.hpp"

namespace guestpatch {

/// One call of the package manager.
struct PlannedBatch {
    std::vector<Patch> patches;
    seconds estimate{};

    friend bool operator==(const PlannedBatch&, const PlannedBatch&) = default;
};

/// A batch stays about this long, so that a stop request, or the end of a window, costs little.
constexpr seconds batch_length = std::chrono::minutes(10);

/// How long a batch will take: 60 s, 10 s a package, and its bytes at 1 MB/s. Generous on purpose: a window is
/// never overrun, and until a machine's own runs say better nobody knows.
[[nodiscard]] seconds estimate_batch(const std::vector<Patch>& patches);

/// The order of installation: the package manager and its libraries, then Critical, Security, Other, by name.
[[nodiscard]] std::vector<Patch> in_order(std::vector<Patch> patches);

/// Cuts the next batch off the front of `waiting` so that it fits `left`; empty when none does, or nothing waits.
/// The package manager's own patches stay among themselves.
[[nodiscard]] PlannedBatch take_batch(std::vector<Patch>& waiting, seconds left);

/// All batches that fit `left` by their estimates; `waiting` keeps what does not.
[[nodiscard]] std::vector<PlannedBatch> plan_batches(std::vector<Patch>& waiting, seconds left);

}  // namespace guestpatch
