// What became of a batch, and what is tried next. Pure.
#pragma once

#include <vector>

#include "agent/domain/installation.hpp"
#include "packagers/patch.hpp"

namespace guestpatch {

/// What is known after one try, and which patches deserve another one, call by call.
struct BatchVerdict {
    std::vector<PatchResult> settled;
    std::vector<std::vector<Patch>> again;
};

/// Where a refusal leaves the patches it stands for: Pending when nobody tried (a lock, the time), Failed otherwise.
[[nodiscard]] InstallationState state_after(Reason refusal);

/// Whether one patch among many may be the cause of a refusal; a lock, a full disk or the time concerns all patches,
/// those of later batches too.
[[nodiscard]] bool concerns_some_only(Reason refusal);

/// Whether a batch left something half done that nobody is to blame for.
[[nodiscard]] bool is_damaged(const std::vector<Patch>& patches, const std::vector<Presence>& presence,
                              const InstallOutcome& outcome);

/// The package database has the last word. After a failure the rest of the batch is tried once more without
/// the patches that failed; only a refusal that blames nobody is split by halves, until it names one patch.
[[nodiscard]] BatchVerdict judge_batch(const std::vector<Patch>& patches, const std::vector<Presence>& presence,
                                       const InstallOutcome& outcome, bool second_try);

}  // namespace guestpatch
