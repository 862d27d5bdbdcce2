#include "agent/host/courier.hpp"

#include "agent/wire/exchange.hpp"
#include "tests/catch.hpp"
#include "tests/fakes/process.hpp"

using namespace guestpatch;

namespace {

constexpr milliseconds at_most{5000};
const Exchange two_calls{.url = "https://host.example", .credentials = {.bearer = "secret"}, .calls = {{.id = "a"}, {.id = "b"}}};

/// A courier that does this.
struct World {
    explicit World(Answer answer) : courier(processes, "/usr/lib/guestpatch/guestpatch-courier", "guestpatch-courier") {
        processes.answer({"/usr/lib/guestpatch/guestpatch-courier", "exchange"}, std::move(answer));
    }

    Result<std::vector<Reply>> exchange(std::stop_token stop = {}) { return courier.exchange(two_calls, at_most, std::move(stop)); }

    FakeClocks clocks;
    FakeProcessRunner processes{clocks};
    Courier courier;
};

Answer says(const std::vector<Reply>& replies) { return Answer::prints(encode(replies) + "\n"); }

}  // namespace

TEST_CASE("The courier gets the exchange on its standard input, as its own user, and nothing by its arguments", "[courier]") {
    const std::vector<Reply> replies{{.id = "a", .status = 200, .body = "{}"}, {.id = "b", .status = 404}};
    World world(says(replies));
    CHECK(world.exchange() == replies);
    REQUIRE(world.processes.commands().size() == 1);
    const Command command = world.processes.commands()[0];
    CHECK(command.argv.size() == 2);
    CHECK(command.environment.empty());
    CHECK(command.user == "guestpatch-courier");
    CHECK(command.deadline == at_most);
    CHECK(decode_exchange(command.input) == two_calls);
}

TEST_CASE("A call without an answer is a reply", "[courier]") {
    const std::vector<Reply> replies{{.id = "a", .silence = Silence::unreached, .message = "no route"}};
    CHECK(World(says(replies)).exchange() == replies);
}

TEST_CASE("A courier that carried enough has answered", "[courier]") {
    const std::vector<Reply> replies{{.id = "a", .status = 200}};
    CHECK(World(says(replies)).exchange() == replies);
}

TEST_CASE("Replies to calls nobody made are none", "[courier]") {
    const Reply a{.id = "a", .status = 200};
    const Reply b{.id = "b", .status = 200};
    const Reply silent{.id = "a", .silence = Silence::broken};
    const auto replies = GENERATE_REF(values<std::vector<Reply>>({{}, {b}, {b, a}, {a, a}, {a, b, a}, {silent, b}, {a, b, b}}));
    const auto outcome = World(says(replies)).exchange();
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == Errc::invalid);
}

TEST_CASE("An exchange of no calls has no replies", "[courier]") {
    World world(says({}));
    CHECK(world.courier.exchange({.url = "https://host.example"}, at_most, {}) == std::vector<Reply>());
}

TEST_CASE("Nonsense from the courier is refused", "[courier]") {
    for (const char* text : {"", "nonsense", "{}", R"({"replies":[{"id":"a","status":700,"silence":"none"}]})"}) {
        const auto outcome = World(Answer::prints(text)).exchange();
        REQUIRE_FALSE(outcome);
        CHECK(outcome.error().code == Errc::invalid);
        CHECK(outcome.error().message.starts_with("courier: "));
    }
    const auto flood = World(Answer::prints(std::string(30'000'000, ' ') + encode(std::vector<Reply>()))).exchange();
    REQUIRE_FALSE(flood);
    CHECK(flood.error().code == Errc::failed);
}

TEST_CASE("A courier that fails says why, once", "[courier]") {
    const auto outcome = World(Answer::exits(2, "", "noise\nguestpatch-courier: exchange: url: is missing\n")).exchange();
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error() == Error{Errc::failed, "courier: exit status 2: guestpatch-courier: exchange: url: is missing"});
    const auto killed = World({.outcome = Completion{.end = RunEnd::signalled, .code = 11}}).exchange();
    REQUIRE_FALSE(killed);
    CHECK(killed.error() == Error{Errc::failed, "courier: killed by signal 11"});
}

TEST_CASE("A missing courier or user names the remedy", "[courier]") {
    const auto outcome = World(Answer::fails(Errc::not_found, "no such user: guestpatch-courier")).exchange();
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == Errc::not_found);
    CHECK(outcome.error().message ==
          "courier: no such user: guestpatch-courier; install the guestpatch package again, or run systemd-sysusers");
}

TEST_CASE("Time and stop requests end an exchange", "[courier]") {
    const auto late = World({.takes = at_most * 2}).exchange();
    REQUIRE_FALSE(late);
    CHECK(late.error().code == Errc::timed_out);
    std::stop_source stop;
    stop.request_stop();
    const auto stopped = World(says({})).exchange(stop.get_token());
    REQUIRE_FALSE(stopped);
    CHECK(stopped.error().code == Errc::cancelled);
}
