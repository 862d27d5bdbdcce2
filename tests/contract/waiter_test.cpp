// What a wait promises, kept by the operating system and by the fake alike.
#include "platform/waiter.hpp"

#include <csignal>
#include <thread>

#include "platform/clock.hpp"
#include "tests/catch.hpp"
#include "tests/contract/talking.hpp"
#include "tests/fakes/waiter.hpp"

namespace guestpatch {
namespace {

using namespace std::chrono_literals;

struct RealWaiter {
    std::unique_ptr<Clocks> clocks = make_clocks();
    std::unique_ptr<Waiter> waiter = make_waiter({});
};

struct FakedWaiter {
    std::unique_ptr<FakeClocks> clocks = std::make_unique<FakeClocks>();
    std::unique_ptr<FakeWaiter> waiter = std::make_unique<FakeWaiter>(*clocks);
};

TEMPLATE_TEST_CASE("a limit passes on the boot clock, and nothing has happened", "[waiter]", RealWaiter, FakedWaiter) {
    TestType subject;
    const BootTime start = subject.clocks->boot();
    CHECK(subject.waiter->wait({}, 30ms) == Wake{});
    CHECK(subject.clocks->boot() - start >= 30ms);
    CHECK(subject.waiter->wait({}, 20ms) == Wake{});
    CHECK(subject.clocks->boot() - start >= 50ms);
}

TEMPLATE_TEST_CASE("a limit passes on the wall clock", "[waiter]", RealWaiter, FakedWaiter) {
    TestType subject;
    const Instant limit = subject.clocks->wall() + 1s;
    CHECK(subject.waiter->wait(limit, {}) == Wake{});
    CHECK(subject.clocks->wall() >= limit);
}

TEMPLATE_TEST_CASE("a limit that has passed already ends the wait at once", "[waiter]", RealWaiter, FakedWaiter) {
    TestType subject;
    CHECK(subject.waiter->wait(subject.clocks->wall() - 24h, {}) == Wake{});
    CHECK(subject.waiter->wait(Instant{}, {}) == Wake{});
    CHECK(subject.waiter->wait(Instant::min(), {}) == Wake{});
    CHECK(subject.waiter->wait({}, 0ms) == Wake{});
    CHECK(subject.waiter->wait({}, -1h) == Wake{});
    CHECK(subject.waiter->wait({}, milliseconds::min()) == Wake{});
}

TEMPLATE_TEST_CASE("the sooner limit counts, however late the other", "[waiter]", RealWaiter, FakedWaiter) {
    TestType subject;
    const BootTime start = subject.clocks->boot();
    CHECK(subject.waiter->wait(subject.clocks->wall() + 24h, 10ms) == Wake{});
    CHECK(subject.waiter->wait(Instant::max(), 10ms) == Wake{});
    CHECK(subject.waiter->wait(subject.clocks->wall(), milliseconds::max()) == Wake{});
    CHECK(subject.clocks->boot() - start < a_while);
}

TEMPLATE_TEST_CASE("a poke before the wait counts, once", "[waiter]", RealWaiter, FakedWaiter) {
    TestType subject;
    subject.waiter->poke();
    subject.waiter->poke();
    CHECK(subject.waiter->wait({}, a_while) == Wake{.poked = true});
    CHECK(subject.waiter->wait({}, 1ms) == Wake{});
}

TEST_CASE("a poke from another thread ends a wait without limits", "[waiter]") {
    const auto waiter = make_waiter({});
    std::jthread other([&] { waiter->poke(); });
    CHECK(waiter->wait({}, {}) == Wake{.poked = true});
}

TEST_CASE("signals are taken when somebody waits, and a stop stays", "[waiter]") {
    if (!on_linux()) {
        WARN("Windows has no signals to send oneself: skipped");
        return;
    }
    constexpr int hang_up = 1;
    RealWaiter subject;
    std::raise(hang_up);
    CHECK(subject.waiter->wait({}, a_while) == Wake{.reload = true});
    CHECK(subject.waiter->wait({}, 1ms) == Wake{});
    std::raise(hang_up);
    subject.waiter->poke();
    std::raise(SIGINT);
    CHECK(subject.waiter->wait({}, a_while) == Wake{.stop = true, .reload = true, .poked = true});
    CHECK(subject.waiter->wait({}, {}) == Wake{.stop = true});
    subject.waiter->poke();
    CHECK(subject.waiter->wait({}, {}) == Wake{.stop = true, .poked = true});
    std::raise(SIGTERM);
    CHECK(subject.waiter->wait({}, {}) == Wake{.stop = true});
    std::raise(SIGTERM);
    RealWaiter another;
    CHECK(another.waiter->wait({}, a_while) == Wake{.stop = true});
}

TEST_CASE("programs are not deaf to the signals we wait for", "[waiter]") {
    if (!on_linux()) {
        WARN("Windows has no signals: skipped");
        return;
    }
    const auto waiter = make_waiter({});
    for (const int number : {SIGTERM, SIGINT}) {
        const auto completion = make_process_runner()->run(talker({"raise", std::to_string(number)}), {});
        REQUIRE(completion);
        CHECK(completion->end == RunEnd::signalled);
        CHECK(completion->code == number);
    }
}

TEST_CASE("the fake waiter jumps to what comes first", "[waiter]") {
    FakedWaiter subject;
    FakeWaiter& waiter = *subject.waiter;
    const Instant start = subject.clocks->wall();
    waiter.happens(start + 2h, {.stop = true});
    waiter.happens(start + 1h, {.changed = true});
    waiter.happens(start + 1h, {.clock_set = true}, [&] { subject.clocks->set_wall(start); });
    CHECK(waiter.wait({}, 59min) == Wake{});
    CHECK(subject.clocks->wall() == start + 59min);
    CHECK(waiter.wait(start + 24h, {}) == Wake{.changed = true, .clock_set = true});
    CHECK(subject.clocks->wall() == start);
    CHECK(waiter.wait({}, {}) == Wake{.stop = true});
    CHECK(subject.clocks->wall() == start + 1h);
    CHECK(subject.clocks->boot() == BootTime(2h));
    CHECK(waiter.wait({}, 10ms) == Wake{.stop = true});
    CHECK_FALSE(waiter.forever);
    CHECK(waiter.asked.at(1) == FakeWaiter::Asked{start + 59min, start + 24h, std::nullopt});
}

TEST_CASE("the fake waiter ends a wait that has no end", "[waiter]") {
    FakedWaiter subject;
    CHECK(subject.waiter->wait({}, {}) == Wake{.stop = true});
    CHECK(subject.waiter->forever);
}

TEST_CASE("the fake waiter lets time stand still while somebody works", "[waiter]") {
    FakedWaiter subject;
    std::jthread worker;
    bool working = true;
    subject.waiter->somebody_works = [&] {
        if (!worker.joinable()) worker = std::jthread([&] { subject.waiter->poke(); });
        return working;
    };
    CHECK(subject.waiter->wait({}, 1h) == Wake{.poked = true});
    CHECK(subject.clocks->boot() == BootTime(0ms));
    working = false;
    CHECK(subject.waiter->wait({}, 1h) == Wake{});
    CHECK(subject.clocks->boot() == BootTime(1h));
}

}  // namespace
}  // namespace guestpatch
