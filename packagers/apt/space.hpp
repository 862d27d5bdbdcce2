// Whether a batch fits on the disk. Asks the file system, runs nothing.
#pragma once

#include <optional>
#include <vector>

#include "packagers/patch.hpp"
#include "platform/files.hpp"

namespace guestpatch::apt {

/// What the plan of the last look amounts to, all patches together.
struct PlanSize {
    std::int64_t growth = 0;           ///< bytes the installed files will take more, or less
    std::uint64_t download_bytes = 0;  ///< of its archives
};

/// Disk full, the first folder that is too small, what is there and what is needed; nothing when everything fits.
/// Without a plan's size only what is known of the archives counts.
[[nodiscard]] std::optional<Refusal> refuse_for_space(Files& files, const std::vector<Patch>& patches,
                                                      const std::optional<PlanSize>& plan);

}  // namespace guestpatch::apt
