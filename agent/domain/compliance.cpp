#include "agent/domain/compliance.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "platform/base/text.hpp"

namespace guestpatch {
namespace {

/// "openssl, curl and 12 more".
std::string name_some(const std::vector<std::string>& names) {
    constexpr std::size_t shown = 5;
    if (names.size() <= shown) return join(names);
    return fmt::format("{} and {} more", join({names.begin(), names.begin() + shown}), names.size() - shown);
}

void add_overdue_patches(Compliance& verdict, const ComplianceFacts& facts, Instant now) {
    std::vector<std::string> overdue;
    for (const Patch& patch : facts.patches) {
        const bool counts = patch.classification != Classification::other;
        if (counts && patch.first_seen && now - *patch.first_seen > facts.max_age) overdue.push_back(patch.id.name);
    }
    if (overdue.empty()) return;
    verdict.reasons.push_back(fmt::format("{} Critical or Security {} pending for more than {}: {}", overdue.size(),
                                          overdue.size() == 1 ? "patch is" : "patches are",
                                          describe_duration(facts.max_age), name_some(overdue)));
    verdict.state = ComplianceState::non_compliant;
}

void add_overdue_reboot(Compliance& verdict, const ComplianceFacts& facts, Instant now) {
    if (!facts.reboot.required || !facts.reboot.since || now - *facts.reboot.since <= facts.max_age) return;
    verdict.reasons.push_back(fmt::format("a reboot that completes installed patches has been pending for {}",
                                          describe_duration(now - *facts.reboot.since)));
    verdict.state = ComplianceState::non_compliant;
}

void become_unknown(Compliance& verdict, std::string reason) {
    verdict.reasons.push_back(std::move(reason));
    if (verdict.state == ComplianceState::compliant) verdict.state = ComplianceState::unknown;
}

void add_missing_sight(Compliance& verdict, const ComplianceFacts& facts, Instant now) {
    for (const BlindSpot& spot : facts.blind_spots) {
        if (spot.security) become_unknown(verdict, fmt::format("{}: {}", spot.source, spot.message));
    }
    if (!facts.seen_at) {
        become_unknown(verdict, "it is not known when the package lists were last refreshed");
    } else if (now - *facts.seen_at > sight_expires_after) {
        become_unknown(verdict, fmt::format("the package lists are {} old", describe_duration(now - *facts.seen_at)));
    }
}

void announce_support_end(Compliance& verdict, const ComplianceFacts& facts, Instant now) {
    if (!facts.support_end || *facts.support_end <= now || *facts.support_end - now > support_end_announced) return;
    verdict.reasons.push_back(
        fmt::format("support of this operating system ends on {:.10}", format_instant(*facts.support_end)));
}

}  // namespace

Compliance judge_compliance(const ComplianceFacts& facts, const std::optional<Compliance>& previous, Instant now) {
    Compliance verdict{.state = ComplianceState::compliant, .since = now};
    add_overdue_patches(verdict, facts, now);
    add_overdue_reboot(verdict, facts, now);
    add_missing_sight(verdict, facts, now);
    announce_support_end(verdict, facts, now);
    // A clock set back must not produce a state that begins in the future.
    if (previous && previous->state == verdict.state) verdict.since = std::min(previous->since, now);
    return verdict;
}

}  // namespace guestpatch
