#include "agent/domain/due.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "platform/base/text.hpp"

namespace guestpatch {
namespace {

using enum WindowOutcome;

constexpr seconds first_retry = std::chrono::minutes(15);

void make_earlier(std::optional<Instant>& wake, Instant candidate) { wake = std::min(wake.value_or(candidate), candidate); }

bool is_open(const Window& window, Instant now) { return window.opens <= now && now < window.closes; }

/// What was noted in a future that a clock set back has taken away says nothing.
std::optional<Instant> not_after(const std::optional<Instant>& noted, Instant now) {
    return noted && *noted > now ? std::nullopt : noted;
}

std::optional<Instant> retry_at(const Situation& situation) {
    const auto tried = not_after(situation.past.tried, situation.now);
    if (situation.past.failures == 0 || !tried) return std::nullopt;
    return *tried + retry_delay(situation.past.failures, situation.interval);
}

/// What an open window asks for: an order, or a record, or another look at `again`.
struct Claim {
    std::optional<Due> due;
    std::optional<WindowOutcome> outcome;
    std::optional<Instant> again;
};

Claim claim_of(const Situation& situation, const ScheduledWindow& scheduled) {
    const Window& window = scheduled.window;
    const auto known = situation.least.find(scheduled.source);
    const seconds least = known == situation.least.end() ? seconds(0) : known->second;
    if (window.closes - situation.now < least) return {.outcome = too_short};
    if (situation.hindrance) {
        return {.outcome = situation.hindrance, .again = std::min(situation.now + hindrance_interval, window.closes)};
    }
    const auto assessed = not_after(situation.assessed, situation.now);
    if (!assessed || *assessed < window.opens) {
        const auto retry = retry_at(situation);
        if (!retry || *retry <= situation.now) return {.due = AssessNow()};
        return {.outcome = blind, .again = std::min(*retry, window.closes)};
    }
    if (situation.half_blind) {
        // As long as another look fits: what it brings to light may be what matters most.
        const Instant retry = retry_at(situation).value_or(situation.now);
        if (retry <= situation.now) return {.due = AssessNow()};
        if (retry + least <= window.closes) return {.outcome = blind, .again = retry};
    }
    const std::optional<Rollout>& rollout = situation.past.rollout;
    const bool rolled_out = situation.cadence == Cadence::monthly && rollout && rollout->month == situation.month && rollout->complete;
    const auto known_record = find_record(situation.past, scheduled);
    const bool turned_away = known_record != nullptr && (known_record->outcome == not_admitted || known_record->outcome == unhealthy);
    if (turned_away && situation.past.not_before && *situation.past.not_before > situation.now) {
        const bool clock_was_ahead = *situation.past.not_before > situation.now + longest_turn_away;
        if (!clock_was_ahead) {
            return {.outcome = known_record->outcome, .again = std::min(*situation.past.not_before, window.closes)};
        }
    }
    const bool wanted = situation.by_configuration || (situation.anything_due && !rolled_out);
    if (wanted) return {.due = InstallNow{scheduled}};
    return {.outcome = situation.half_blind ? blind : met};
}

/// Windows that came and went without a word: nobody was there, or something else took all of them.
void judge_closed(const Situation& situation, std::vector<WindowRecord>& records) {
    const auto judged = not_after(situation.past.judged, situation.now);
    for (const ScheduledWindow& scheduled : situation.windows) {
        const Window& window = scheduled.window;
        const bool closed_since = judged && window.closes > *judged && window.closes <= situation.now;
        if (!closed_since || find_record(situation.past, scheduled) != nullptr) continue;
        if (window.closes <= situation.started) {
            records.push_back({window, scheduled.source, powered_off});
        } else if (window.closes > situation.scheduled_since) {
            records.push_back({window, scheduled.source, busy});
        }
    }
}

/// When the assessment that is due at `next` can be made: at any time, or in the next off-peak hours.
std::optional<Instant> when_allowed(const Situation& situation, Instant next) {
    if (situation.assess_any_time) return next;
    for (const ScheduledWindow& hours : situation.off_peak) {
        const Instant from = std::max(next, situation.now);
        if (hours.window.closes > from) return std::max(next, hours.window.opens);
    }
    return std::nullopt;
}

}  // namespace

seconds retry_delay(int failures, seconds interval) {
    const int doublings = std::clamp(failures - 1, 0, 10);
    return std::min(first_retry * (1 << doublings), std::max(interval, first_retry));
}

bool is_half_blind(const std::vector<BlindSpot>& blind_spots) {
    using enum BlindSpotCode;
    return std::ranges::any_of(blind_spots, [](const BlindSpot& spot) {
        const bool lasts = spot.code == no_sources || spot.code == no_security_source || spot.code == os_end_of_support ||
                           spot.code == packages_broken || spot.code == resolver_failed || spot.code == advisories_unreadable;
        return spot.security && !lasts;
    });
}

std::optional<Instant> next_assessment(const Situation& situation) {
    if (!situation.automatic && !situation.assess_any_time) return std::nullopt;
    if (const auto retry = retry_at(situation)) return retry;
    const auto assessed = not_after(situation.assessed, situation.now);
    if (!assessed) return situation.now;
    // The same moment of every interval, so that a fleet stays spread; one just before it makes this one needless.
    const seconds interval = std::max(situation.interval, seconds(1));
    const seconds earliest = assessed->time_since_epoch() + interval / 2;
    const auto intervals = (earliest - situation.phase + interval - seconds(1)) / interval;
    const Instant due(situation.phase + intervals * interval);
    if (due >= situation.started) return due;
    return std::max(due, situation.started + std::min(situation.catch_up, situation.started - due));
}

Decision decide(const Situation& situation) {
    Decision decision;
    judge_closed(situation, decision.records);
    std::optional<Instant> wake;
    for (const ScheduledWindow& scheduled : situation.windows) {
        if (scheduled.window.opens > situation.now) {
            make_earlier(wake, scheduled.window.opens);
            break;
        }
        const WindowRecord* known = find_record(situation.past, scheduled);
        if (!is_open(scheduled.window, situation.now) || (known != nullptr && is_settled(*known))) continue;
        const Claim claim = claim_of(situation, scheduled);
        if (claim.due) {
            decision.due = *claim.due;
            return decision;
        }
        // What hindered while there was time is why it was missed, not that there is none left.
        const bool told = known != nullptr && (known->outcome == *claim.outcome || *claim.outcome == too_short);
        if (!told) decision.records.push_back({scheduled.window, scheduled.source, *claim.outcome});
        if (claim.again) make_earlier(wake, *claim.again);
    }
    if (const auto next = next_assessment(situation)) {
        const auto at = when_allowed(situation, *next);
        if (at && *at <= situation.now) {
            decision.due = AssessNow();
            return decision;
        }
        if (at) make_earlier(wake, *at);
    }
    decision.due = WaitUntil{wake};
    return decision;
}

std::optional<std::string> attempt_overdue(const std::vector<Patch>& pending, const Timetable& timetable,
                                           seconds attempt_within, Instant now) {
    const Instant limit = now - attempt_within;
    const auto attempted = not_after(timetable.attempted, now);
    if (attempted && *attempted >= limit) return std::nullopt;
    const bool waits = std::ranges::any_of(pending, [limit](const Patch& patch) {
        const bool counts = patch.classification == Classification::critical || patch.classification == Classification::security;
        return counts && !patch.held_back && patch.first_seen && *patch.first_seen < limit;
    });
    if (!waits) return std::nullopt;
    std::vector<std::string> causes;
    for (const WindowOutcome cause : {powered_off, too_short, on_battery, metered, blind, busy, not_admitted, unhealthy}) {
        const auto times = std::ranges::count_if(timetable.windows, [&](const WindowRecord& record) {
            return record.outcome == cause && record.window.closes > limit;
        });
        if (times > 0) causes.push_back(fmt::format("{} in {} {}", describe(cause), times, times == 1 ? "window" : "windows"));
    }
    return causes.empty() ? "no window came" : join(causes);
}

}  // namespace guestpatch
