#include "agent/domain/requests.hpp"

#include <fmt/format.h>

#include "tests/catch.hpp"

using namespace guestpatch;
using namespace std::chrono_literals;

namespace {

const Instant noon{std::chrono::sys_days(std::chrono::year(2026) / 6 / 10) + 12h};

GoalOperation operation(std::string id, std::uint64_t sequence, GoalKind kind = GoalKind::assessment) {
    return {.activity_id = std::move(id), .kind = kind, .name = "Assessment", .sequence = sequence};
}

}  // namespace

TEST_CASE("operations come in the order of their numbers, each once", "[requests]") {
    const GoalState goal{.operations = {operation("b", 2), operation("a", 1)}};
    RequestBook book;
    CHECK(next_request(goal, book, noon)->activity_id == "a");
    note(book, "a", RequestState::begun, noon, goal);
    CHECK(next_request(goal, book, noon)->activity_id == "b");
    note(book, "b", RequestState::declined, noon, goal);
    CHECK_FALSE(next_request(goal, book, noon));
    note(book, "a", RequestState::ended, noon, goal);
    CHECK(book.requests.size() == 2);
    CHECK(find_request(book, "a")->state == RequestState::ended);
}

TEST_CASE("one that has its time waits for it, and does not hold up others", "[requests]") {
    GoalState goal{.operations = {operation("early", 1), operation("now", 2)}};
    goal.operations[0].start = noon + 1h;
    CHECK(next_request(goal, {}, noon)->activity_id == "now");
    CHECK(*next_request_at(goal, {}, noon) == noon + 1h);
    CHECK(next_request(goal, {}, noon + 1h)->activity_id == "early");
    CHECK_FALSE(next_request_at(goal, {}, noon + 1h));
}

TEST_CASE("what can never be done is declined at once, with its reason", "[requests]") {
    GoalOperation unknown = operation("u", 1, GoalKind::unknown);
    unknown.name = "FormatDisk";
    unknown.start = noon + 24h;
    CHECK(why_declined(unknown, noon)->code == "OperationNotSupported");
    CHECK(next_request({.operations = {unknown}}, {}, noon));

    GoalOperation late = operation("l", 1);
    late.not_after = noon;
    CHECK(why_declined(late, noon)->code == "OperationExpired");
    CHECK_FALSE(why_declined(late, noon - 1s));

    GoalOperation faulty = operation("f", 1, GoalKind::installation);
    faulty.fault = "parameters.maximumDuration: missing";
    CHECK(why_declined(faulty, noon)->message == faulty.fault);
}

TEST_CASE("the book is bounded, and forgets nothing that is still asked for or not yet ended", "[requests]") {
    GoalState goal;
    RequestBook book;
    note(book, "begun", RequestState::begun, noon, goal);
    goal.operations.push_back(operation("asked", 1));
    note(book, "asked", RequestState::ended, noon, goal);
    for (std::size_t i = 0; i < most_requests + 10; ++i) note(book, fmt::format("{}", i), RequestState::ended, noon, goal);
    CHECK(book.requests.size() == most_requests);
    CHECK(find_request(book, "begun") != nullptr);
    CHECK(find_request(book, "asked") != nullptr);
    CHECK(find_request(book, "0") == nullptr);
}
