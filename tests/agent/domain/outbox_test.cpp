#include "agent/domain/outbox.hpp"

#include "tests/catch.hpp"

using namespace guestpatch;
using namespace std::chrono_literals;

namespace {

const Instant noon{std::chrono::sys_days(std::chrono::year(2026) / 6 / 10) + 12h};

PatchStatus status(OperationStatus of, std::size_t pending = 0) {
    PatchStatus made;
    made.available = AvailablePatchSummary{.status = of, .activity_id = "a", .critical_and_security = pending};
    return made;
}

ReportFacts facts(PatchStatus said, Instant now = noon) { return {.machine_id = "m", .boot_id = "b", .status = std::move(said), .now = now}; }

Reply reply(int code) { return {.status = code}; }

}  // namespace

TEST_CASE("a report is due when it is the first, when it is news, and when the last is old", "[outbox]") {
    const ReportFacts idle = facts(status(OperationStatus::succeeded));
    CHECK(is_report_due(std::nullopt, {}, idle, 5min));
    const Report last = next_report_after(std::nullopt, idle, "instance", "report");
    CHECK(last.sequence == 1);
    const Ledger heard{.instance = "instance", .sequence = 1};

    CHECK_FALSE(is_report_due(last, heard, idle, 5min));
    CHECK(is_report_due(last, heard, facts(status(OperationStatus::succeeded, 1)), 5min));
    ReportFacts later = idle;
    later.now += 5min;
    CHECK(is_report_due(last, heard, later, 5min));
    CHECK_FALSE(is_report_due(last, {}, later, 5min));  // the old one still waits, and says the same
    later.now = noon - 1h;
    CHECK(is_report_due(last, heard, later, 5min));  // the clock was set back
    ReportFacts rebooted = idle;
    rebooted.boot_id = "c";
    CHECK(is_report_due(last, heard, rebooted, 5min));
}

TEST_CASE("what changes while an operation runs is gathered for ten seconds; its beginning and its end are not", "[outbox]") {
    const Report idle = next_report_after(std::nullopt, facts(status(OperationStatus::succeeded)), "i", "r");
    CHECK(is_report_due(idle, {}, facts(status(OperationStatus::in_progress), noon + 1s), 5min));
    const Report begun = next_report_after(idle, facts(status(OperationStatus::in_progress)), "", "s");
    CHECK(begun.instance == "i");
    CHECK(begun.sequence == 2);
    CHECK_FALSE(is_report_due(begun, {}, facts(status(OperationStatus::in_progress, 3), noon + 9s), 5min));
    CHECK(is_report_due(begun, {}, facts(status(OperationStatus::in_progress, 3), noon + 10s), 5min));
    CHECK(is_report_due(begun, {}, facts(status(OperationStatus::succeeded, 3), noon + 1s), 5min));
}

TEST_CASE("how old a goal is, is no news; another goal is", "[outbox]") {
    ReportFacts now = facts(status(OperationStatus::succeeded));
    now.goal = ObservedGoal{"\"g1\"", 1, noon};
    const Report last = next_report_after(std::nullopt, now, "i", "r");
    now.goal->at += 1h;
    CHECK(tells_the_same(last, now));
    now.goal->sequence = 2;
    CHECK_FALSE(tells_the_same(last, now));
}

TEST_CASE("pauses double from a second to a quarter of an hour, each by chance", "[outbox]") {
    CHECK(backoff(1, 1.0) == 1s);
    CHECK(backoff(2, 1.0) == 2s);
    CHECK(backoff(10, 1.0) == 512s);
    CHECK(backoff(11, 1.0) == 15min);
    CHECK(backoff(1'000'000, 1.0) == 15min);
    CHECK(backoff(5, 0.5) == 8s);
    CHECK(backoff(5, 0.0) == 0s);
    CHECK(backoff(-3, 7.0) == 1s);
}

TEST_CASE("what each answer means", "[outbox]") {
    using enum Verdict;
    const auto verdict = [](CallKind kind, int code) { return judge(kind, reply(code)).verdict; };
    for (const int code : {200, 201, 204}) CHECK(verdict(CallKind::report, code) == accepted);
    for (const int code : {408, 425, 429, 500, 502, 503, 504}) CHECK(verdict(CallKind::result, code) == again);
    for (const int code : {301, 302, 400, 403, 404, 405, 412, 415, 422, 501}) CHECK(verdict(CallKind::report, code) == refused);
    CHECK(verdict(CallKind::report, 401) == credential);
    CHECK(verdict(CallKind::report, 409) == conflict);
    CHECK(verdict(CallKind::result, 409) == refused);
    CHECK(verdict(CallKind::goal, 410) == gone);
    CHECK(verdict(CallKind::result, 413) == too_large);
    CHECK(verdict(CallKind::goal, 304) == unchanged);
    CHECK(verdict(CallKind::goal, 404) == absent);
    CHECK(verdict(CallKind::events, 404) == absent);
    CHECK(verdict(CallKind::events, 405) == absent);
    CHECK(judge(CallKind::report, {.silence = Silence::unreached, .message = "no route"}).verdict == again);
    const Judgement forbidden = judge(CallKind::report, {.silence = Silence::refused, .message = "plain http"});
    CHECK(forbidden.verdict == again);
    CHECK(forbidden.trouble->code == "ADDRESS_REFUSED");
    CHECK(judge(CallKind::report, reply(403)).trouble->code == "HTTP_403");
    CHECK_FALSE(judge(CallKind::goal, reply(404)).trouble);
}
