#include "agent/domain/compliance.hpp"

#include "agent/domain/support.hpp"
#include "tests/catch.hpp"

using namespace guestpatch;
using std::chrono::days;

namespace {

const Instant now = Instant(days(20'000));

Patch patch(Classification classification, std::optional<Instant> first_seen) {
    return {.id = {"curl", "2"}, .classification = classification, .first_seen = first_seen};
}

/// A machine with nothing against it; each test adds one thing.
struct Machine {
    std::vector<Patch> patches;
    std::vector<BlindSpot> blind_spots;
    RebootNeed reboot;
    std::optional<Instant> seen_at = now;
    std::optional<Instant> support_end;

    Compliance judge(std::optional<Compliance> previous = std::nullopt) const {
        return judge_compliance({patches, blind_spots, reboot, seen_at, support_end, days(30)}, previous, now);
    }
};

}  // namespace

TEST_CASE("A machine that is seen and has nothing overdue is compliant", "[compliance]") {
    Machine machine;
    CHECK(machine.judge().state == ComplianceState::compliant);
    machine.patches = {patch(Classification::security, now - days(30)), patch(Classification::other, now - days(300))};
    CHECK(machine.judge().state == ComplianceState::compliant);
    CHECK(machine.judge().reasons.empty());
}

TEST_CASE("A Critical or Security patch older than allowed makes it non-compliant", "[compliance]") {
    Machine machine;
    machine.patches = {patch(GENERATE(Classification::critical, Classification::security), now - days(30) - seconds(1))};
    const Compliance verdict = machine.judge();
    CHECK(verdict.state == ComplianceState::non_compliant);
    CHECK(verdict.reasons.front() == "1 Critical or Security patch is pending for more than 30 days: curl");
}

TEST_CASE("A reboot outstanding as long counts like the patch it completes", "[compliance]") {
    Machine machine;
    machine.reboot = {true, now - days(31), {}};
    CHECK(machine.judge().state == ComplianceState::non_compliant);
    machine.reboot.since = now - days(29);
    CHECK(machine.judge().state == ComplianceState::compliant);
}

TEST_CASE("What could not be seen makes it unknown, never compliant", "[compliance]") {
    Machine machine;
    SECTION("a security source was not seen") { machine.blind_spots = {{"s", BlindSpotCode::source_unreachable, "gone", true}}; }
    SECTION("the lists are too old") { machine.seen_at = now - days(3) - seconds(1); }
    SECTION("nobody knows how old the lists are") { machine.seen_at.reset(); }
    SECTION("the operating system is past its support") {
        machine.blind_spots = {*support_blind_spot(now - days(1), "Debian", now)};
    }
    CHECK(machine.judge().state == ComplianceState::unknown);
    CHECK_FALSE(machine.judge().reasons.empty());
    machine.patches = {patch(Classification::security, now - days(40))};
    CHECK(machine.judge().state == ComplianceState::non_compliant);  // evidence weighs more than missing sight
}

TEST_CASE("A source without security updates that was not seen does not cloud the verdict", "[compliance]") {
    Machine machine;
    machine.blind_spots = {{"vendor", BlindSpotCode::source_unreachable, "gone", false}};
    CHECK(machine.judge().state == ComplianceState::compliant);
}

TEST_CASE("The end of support is announced ninety days ahead", "[compliance]") {
    Machine machine;
    machine.support_end = now + days(90);
    CHECK(machine.judge().state == ComplianceState::compliant);
    CHECK(machine.judge().reasons.size() == 1);
    machine.support_end = now + days(91);
    CHECK(machine.judge().reasons.empty());
}

TEST_CASE("Since stays while the state stays, also when the clock is set back", "[compliance]") {
    const Machine machine;
    CHECK(machine.judge(Compliance{ComplianceState::compliant, now - days(5), {}}).since == now - days(5));
    CHECK(machine.judge(Compliance{ComplianceState::unknown, now - days(5), {}}).since == now);
    CHECK(machine.judge(Compliance{ComplianceState::compliant, now + days(5), {}}).since == now);
}
