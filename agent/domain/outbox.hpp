// What the host has heard, and what it still has to hear. Pure values and decisions.
//
// A result waits as long as nobody has acknowledged it: there is no step between recording and waiting that a power cut
// could fall into.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/domain/exchange.hpp"
#include "agent/domain/patch_status.hpp"
#include "platform/base/time.hpp"

namespace guestpatch {

/// What this agent knows of the goal state it acts on.
struct ObservedGoal {
    std::string etag;  ///< as sent, quotes included
    std::uint64_t sequence = 0;
    Instant at;        ///< when the host last said so

    friend bool operator==(const ObservedGoal&, const ObservedGoal&) = default;
};

/// One patchStatus on its way: durable before it is sent, and sent unchanged until it is acknowledged or replaced.
struct Report {
    std::string machine_id;
    std::string instance;        ///< agentInstanceId: changes only when the counter was lost
    std::string boot_id;
    std::uint64_t sequence = 0;  ///< one higher with every report
    std::string report_id;
    Instant generated;
    std::optional<ObservedGoal> goal;
    PatchStatus status;

    friend bool operator==(const Report&, const Report&) = default;
};

/// Why the host could not be told, or would not listen.
struct HostTrouble {
    Instant at;
    std::string code;     ///< "UNREACHABLE", "UNTRUSTED", "HTTP_403": docs/wire/reasons.md
    std::string message;

    friend bool operator==(const HostTrouble&, const HostTrouble&) = default;
};

/// What one host has acknowledged. Another host has heard nothing.
struct Ledger {
    std::string url;
    std::string record;                          ///< of the machine record: its fingerprint
    std::string instance;                        ///< of the newest report that was acknowledged
    std::uint64_t sequence = 0;                  ///< likewise
    std::map<std::string, std::string> results;  ///< "assessments/<id>" -> the version that was acknowledged
    std::map<std::string, std::size_t> limits;   ///< results that were too large: the most bytes they may have
    std::optional<Instant> spoke;                ///< when it last answered
    std::optional<HostTrouble> trouble;          ///< since then
    std::optional<ObservedGoal> goal;
    std::optional<HostTrouble> goal_fault;       ///< why the newest goal state is not acted on
    bool no_events = false;                      ///< this host takes none

    friend bool operator==(const Ledger&, const Ledger&) = default;
};

/// For status and metrics.
struct OutboxSummary {
    std::size_t reports = 0;
    std::size_t results = 0;
    std::size_t batches = 0;         ///< of events
    std::optional<Instant> oldest;   ///< since when the first of all has waited
    std::optional<Instant> spoke;
    std::optional<HostTrouble> trouble;
    std::optional<ObservedGoal> goal;

    [[nodiscard]] std::size_t waiting() const { return reports + results + batches; }

    friend bool operator==(const OutboxSummary&, const OutboxSummary&) = default;
};

/// The state of things a report would tell of now.
struct ReportFacts {
    std::string machine_id;
    std::string boot_id;
    std::optional<ObservedGoal> goal;
    PatchStatus status;
    Instant now;
};

/// Whether a report of its own is due: something has changed, or the host should hear that we live. While an operation
/// runs, changes are gathered.
[[nodiscard]] bool is_report_due(const std::optional<Report>& last, const Ledger& ledger, const ReportFacts& facts, seconds interval);
/// Whether a new report would say what this one says.
[[nodiscard]] bool tells_the_same(const Report& last, const ReportFacts& facts);
/// The one after `last`; `fresh` is for ids: a new instance where there was none, and the report's own.
[[nodiscard]] Report next_report_after(const std::optional<Report>& last, const ReportFacts& facts, const std::string& new_instance,
                                       const std::string& report_id);
[[nodiscard]] bool is_acknowledged(const Ledger& ledger, const Report& report);

/// Least time between two reports of an operation that runs.
constexpr seconds least_between_reports{10};

/// Full jitter: a random part (`luck`, 0 to 1) of one second doubled with every failure, at most a quarter of an hour.
[[nodiscard]] milliseconds backoff(int failures, double luck);

/// What a call was for.
enum class CallKind { record, report, result, events, goal, admission };

/// What an answer means for what was sent.
enum class Verdict {
    accepted,
    unchanged,    ///< of a goal: 304
    absent,       ///< no goal, or events are not taken
    again,        ///< no answer, or a busy host: after a pause
    credential,   ///< 401: the credential is read anew, once
    conflict,     ///< 409: the counters differ
    gone,         ///< 410: it has forgotten this machine
    too_large,    ///< 413
    refused,      ///< it will not: at the next interval, not sooner
};

struct Judgement {
    Verdict verdict = Verdict::refused;
    std::optional<seconds> retry_after;
    std::optional<HostTrouble> trouble;  ///< what to tell the operator; `at` is the caller's
};
/// The rules of retrying, docs/usage/host.md.
[[nodiscard]] Judgement judge(CallKind kind, const Reply& reply);

}  // namespace guestpatch
