#include "agent/domain/batch_verdict.hpp"

#include <algorithm>

namespace guestpatch {
namespace {

using enum InstallationState;

PatchResult settled(Patch patch, InstallationState state, Reason reason, const std::string& message) {
    patch.reason = reason;
    return {.patch = std::move(patch), .state = state, .message = message};
}

PatchResult installed_now(Patch patch) {
    patch.reason.reset();
    return {.patch = std::move(patch), .state = installed};
}

const PatchFailure* blamed(const std::vector<PatchFailure>& failures, const Patch& patch) {
    const auto found = std::ranges::find(failures, patch.id, &PatchFailure::id);
    return found == failures.end() ? nullptr : &*found;
}

std::vector<std::vector<Patch>> halves(const std::vector<Patch>& patches) {
    const auto middle = patches.begin() + static_cast<std::ptrdiff_t>(patches.size() / 2);
    return {{patches.begin(), middle}, {middle, patches.end()}};
}

}  // namespace

InstallationState state_after(Reason refusal) {
    return refusal == Reason::lock_held || refusal == Reason::no_time_left ? pending : failed;
}

bool concerns_some_only(Reason refusal) {
    return refusal == Reason::prerequisite_missing || refusal == Reason::would_remove || refusal == Reason::held ||
           refusal == Reason::download_failed;
}

bool is_damaged(const std::vector<Patch>& patches, const std::vector<Presence>& presence, const InstallOutcome& outcome) {
    if (outcome.cut_short) return true;
    for (std::size_t i = 0; i < patches.size(); ++i) {
        if (presence[i] == Presence::broken && blamed(outcome.failures, patches[i]) == nullptr) return true;
    }
    return false;
}

BatchVerdict judge_batch(const std::vector<Patch>& patches, const std::vector<Presence>& presence,
                         const InstallOutcome& outcome, bool second_try) {
    BatchVerdict verdict;
    std::vector<Patch> rest;
    bool somebody_failed = false;
    for (std::size_t i = 0; i < patches.size(); ++i) {
        const Patch& patch = patches[i];
        const PatchFailure* failure = blamed(outcome.failures, patch);
        if (presence[i] == Presence::installed) {
            verdict.settled.push_back(installed_now(patch));
        } else if (failure != nullptr) {
            somebody_failed = true;
            verdict.settled.push_back(settled(patch, failed, failure->reason, failure->message));
        } else if (presence[i] == Presence::absent && patch.installed_version.empty()) {
            verdict.settled.push_back(settled(patch, not_selected, Reason::not_selected, "new, and nothing that went in needs it"));
        } else {
            rest.push_back(patch);
        }
    }
    if (rest.empty()) return verdict;
    if (outcome.refused && !somebody_failed) {
        if (concerns_some_only(outcome.refused->reason) && rest.size() > 1) {
            verdict.again = halves(rest);
            return verdict;
        }
        const Reason reason = outcome.refused->reason;
        for (const Patch& patch : rest) {
            verdict.settled.push_back(settled(patch, state_after(reason), reason, outcome.refused->message));
        }
        return verdict;
    }
    if (!second_try) {
        verdict.again = {rest};
        return verdict;
    }
    constexpr const char* nothing_said = "the package manager gave no reason, but the package database does not have it";
    const std::string& why = outcome.complaint.empty() ? nothing_said : outcome.complaint;
    for (const Patch& patch : rest) verdict.settled.push_back(settled(patch, failed, Reason::script_failed, why));
    return verdict;
}

}  // namespace guestpatch
