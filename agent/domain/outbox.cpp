#include "agent/domain/outbox.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace guestpatch {
namespace {

constexpr seconds tolerance{2};
constexpr milliseconds first_pause{1000};
constexpr milliseconds longest_pause = std::chrono::minutes(15);

bool is_in_progress(const PatchStatus& status) {
    return (status.available && status.available->status == OperationStatus::in_progress) ||
           (status.installation && status.installation->status == OperationStatus::in_progress);
}

/// The goal as a report shows it: how old the word is changes all the time, and says nothing.
bool same_goal(const std::optional<ObservedGoal>& one, const std::optional<ObservedGoal>& other) {
    if (!one || !other) return one.has_value() == other.has_value();
    return one->etag == other->etag && one->sequence == other->sequence;
}

std::string_view code_of(Silence silence) {
    switch (silence) {
        case Silence::refused: return "ADDRESS_REFUSED";
        case Silence::untrusted: return "UNTRUSTED";
        case Silence::broken: return "ANSWER_BROKEN";
        default: return "UNREACHABLE";
    }
}

Verdict verdict_of(CallKind kind, int status) {
    constexpr std::array transient{408, 425, 429, 500, 502, 503, 504};
    if (status >= 200 && status < 300) return Verdict::accepted;
    if (std::ranges::find(transient, status) != transient.end()) return Verdict::again;
    switch (status) {
        case 304: return kind == CallKind::goal ? Verdict::unchanged : Verdict::refused;
        case 401: return Verdict::credential;
        case 404: return kind == CallKind::goal || kind == CallKind::events ? Verdict::absent : Verdict::refused;
        case 405: return kind == CallKind::events ? Verdict::absent : Verdict::refused;
        case 409: return kind == CallKind::report ? Verdict::conflict : Verdict::refused;
        case 410: return Verdict::gone;
        case 413: return Verdict::too_large;
        default: return Verdict::refused;
    }
}

std::string_view name_of(CallKind kind) {
    constexpr std::array<std::string_view, 6> names{"the machine record", "patchStatus", "a result", "events", "the goal state", "admission"};
    return names[static_cast<std::size_t>(kind)];
}

}  // namespace

bool is_acknowledged(const Ledger& ledger, const Report& report) {
    return ledger.instance == report.instance && ledger.sequence >= report.sequence;
}

bool tells_the_same(const Report& last, const ReportFacts& facts) {
    return last.machine_id == facts.machine_id && last.boot_id == facts.boot_id && same_goal(last.goal, facts.goal) &&
           last.status == facts.status;
}

bool is_report_due(const std::optional<Report>& last, const Ledger& ledger, const ReportFacts& facts, seconds interval) {
    if (!last) return true;
    const seconds age = facts.now - last->generated;
    if (age < seconds(0)) return true;  // the clock was set back: nobody knows how old it is
    // Talks are timed by another clock, which a slewed one lags behind.
    if (tells_the_same(*last, facts)) return is_acknowledged(ledger, *last) && age + std::min(tolerance, interval / 10) >= interval;
    const bool was_idle = !is_in_progress(facts.status) || !is_in_progress(last->status);
    return was_idle || age >= least_between_reports;
}

Report next_report_after(const std::optional<Report>& last, const ReportFacts& facts, const std::string& new_instance,
                         const std::string& report_id) {
    return {.machine_id = facts.machine_id,
            .instance = last ? last->instance : new_instance,
            .boot_id = facts.boot_id,
            .sequence = last ? last->sequence + 1 : 1,
            .report_id = report_id,
            .generated = facts.now,
            .goal = facts.goal,
            .status = facts.status};
}

milliseconds backoff(int failures, double luck) {
    const milliseconds most = std::min<milliseconds>(first_pause * (1LL << std::clamp(failures - 1, 0, 20)), longest_pause);
    return milliseconds(static_cast<std::int64_t>(static_cast<double>(most.count()) * std::clamp(luck, 0.0, 1.0)));
}

Judgement judge(CallKind kind, const Reply& reply) {
    if (reply.status == 0) {
        return {Verdict::again, reply.retry_after, HostTrouble{{}, std::string(code_of(reply.silence)), reply.message}};
    }
    const Verdict verdict = verdict_of(kind, reply.status);
    if (verdict == Verdict::accepted || verdict == Verdict::unchanged || verdict == Verdict::absent) return {verdict, {}, {}};
    return {verdict, reply.retry_after,
            HostTrouble{{}, fmt::format("HTTP_{}", reply.status),
                        fmt::format("the host answered {} to {}{}", reply.status, name_of(kind),
                                    reply.message.empty() ? "" : ": " + reply.message)}};
}

}  // namespace guestpatch
