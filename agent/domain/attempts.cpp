#include "agent/domain/attempts.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace guestpatch {
namespace {

bool is_of(const Attempt& attempt, const Patch& patch) {
    return attempt.id.name == patch.id.name && attempt.architecture == patch.architecture;
}

/// By a clock that may have been set, forwards or back.
bool is_out_of_date(Instant at, Instant now) { return now - at > attempt_life || at - now > attempt_life; }

std::vector<std::string> in_order(std::vector<std::string> reasons) {
    std::ranges::sort(reasons);
    return reasons;
}

void count(std::vector<Attempt>& attempts, const Patch& patch, const std::string& run, Instant now) {
    const auto known = std::ranges::find_if(attempts, [&](const Attempt& attempt) { return is_of(attempt, patch); });
    if (known == attempts.end()) {
        attempts.push_back({patch.id, patch.architecture, 1, now, run});
    } else if (known->id != patch.id) {
        *known = {patch.id, patch.architecture, 1, now, run};
    } else if (known->run != run) {
        ++known->installed;
        known->last = now;
        known->run = run;
    }
}

}  // namespace

std::vector<std::string> break_loops(std::vector<PatchResult>& patches, const Attempts& attempts, Instant now) {
    std::vector<std::string> broken;
    for (PatchResult& result : patches) {
        if (!is_intended(result)) continue;
        const auto known = std::ranges::find_if(attempts.patches, [&](const Attempt& attempt) {
            return is_of(attempt, result.patch) && attempt.id.version == result.patch.id.version;
        });
        if (known == attempts.patches.end() || known->installed < most_attempts || is_out_of_date(known->last, now)) continue;
        result.patch.reason = Reason::loop_broken;
        result.message = fmt::format("{} runs have installed it, the last one at {}, and it is pending again: something undoes it",
                                     known->installed, format_instant(known->last));
        broken.push_back(result.patch.id.name);
    }
    return broken;
}

Attempts after_run(Attempts attempts, const Installation& installation, Instant now) {
    std::erase_if(attempts.patches, [&](const Attempt& attempt) {
        const bool superseded = std::ranges::any_of(installation.patches, [&](const PatchResult& result) {
            return is_of(attempt, result.patch) && result.patch.id.version != attempt.id.version;
        });
        return superseded || is_out_of_date(attempt.last, now);
    });
    for (const PatchResult& result : installation.patches) {
        if (result.state == InstallationState::installed) count(attempts.patches, result.patch, installation.activity_id, now);
    }
    if (attempts.patches.size() > most_remembered) {
        std::ranges::sort(attempts.patches, std::ranges::greater(), &Attempt::last);
        attempts.patches.resize(most_remembered);
    }
    if (attempts.reboot && is_out_of_date(attempts.reboot->at, now)) attempts.reboot.reset();
    return attempts;
}

bool is_fruitless(const Attempts& attempts, const RebootNeed& need, Instant now) {
    return need.required && attempts.reboot && !is_out_of_date(attempts.reboot->at, now) &&
           in_order(attempts.reboot->reasons) == in_order(need.reasons);
}

}  // namespace guestpatch
