#include "agent/domain/scheduling.hpp"

#include "tests/catch.hpp"

using namespace guestpatch;

TEST_CASE("Patch mode, flag and schedules decide together; a row each", "[scheduling]") {
    using enum Scheduling;
    using enum ScheduleOrigin;
    struct Row {
        SchedulingFacts facts;
        Scheduling decided;
    };
    const auto row = GENERATE(values<Row>({
        {{true, true, {goal}}, configurations},
        {{true, true, {local}}, configurations},
        {{true, true, {}}, nothing},
        {{true, false, {goal}}, refused},
        {{true, false, {goal, goal}}, refused},
        {{true, false, {local}}, configurations},
        {{true, false, {goal, local}}, configurations},
        {{true, false, {}}, off_peak},
        {{false, true, {goal}}, nothing},
        {{false, true, {local}}, nothing},
        {{false, true, {}}, nothing},
        {{false, false, {goal}}, nothing},
        {{false, false, {local}}, nothing},
        {{false, false, {}}, nothing},
    }));
    CAPTURE(row.facts.automatic, row.facts.bypass, row.facts.schedules.size());
    CHECK(decide_scheduling(row.facts) == row.decided);
}

TEST_CASE("Only what was refused is a fault, and it names what is missing", "[scheduling]") {
    CHECK(fault_of(Scheduling::refused).starts_with("prerequisites not met"));
    CHECK(fault_of(Scheduling::refused).find("bypassPlatformSafetyChecksOnUserSchedule") != std::string::npos);
    for (const auto fine : {Scheduling::nothing, Scheduling::off_peak, Scheduling::configurations}) CHECK(fault_of(fine).empty());
}
