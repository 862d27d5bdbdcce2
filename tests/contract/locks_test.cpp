// What Locks promises, kept by the operating system and by the fake alike.
#include "platform/lock.hpp"

#include <fstream>
#include <future>

#include "platform/clock.hpp"
#include "tests/catch.hpp"
#include "tests/contract/talking.hpp"
#include "tests/fakes/lock.hpp"
#include "tests/tools/temporary_folder.hpp"

namespace guestpatch {
namespace {

using namespace std::chrono_literals;

/// Somebody else who holds a lock. Going out of scope is their sudden death.
using Outsider = std::shared_ptr<void>;

struct RealLocks {
    TemporaryFolder folder;
    std::unique_ptr<Locks> locks = make_locks();
    Path path = folder.at("state/lock");

    [[nodiscard]] Outsider outsider(std::string text) const {
        auto process = std::make_shared<Running>(talker({"lock", utf8(path), std::move(text)}));
        REQUIRE(process->says("locked"));
        return process;
    }
};

struct FakedLocks {
    FakeClocks clocks;
    std::unique_ptr<Locks> locks = std::make_unique<FakeLocks>(clocks);
    Path path = "/state/lock";

    [[nodiscard]] Outsider outsider(std::string_view text) const {
        auto held = locks->acquire(path, text);
        REQUIRE(held);
        return std::shared_ptr<HeldLock>(std::move(*held));
    }
};

TEMPLATE_TEST_CASE("a free lock has no holder and can be taken", "[locks]", RealLocks, FakedLocks) {
    TestType subject;
    CHECK(subject.locks->holder(subject.path) == std::nullopt);
    const auto held = subject.locks->acquire(subject.path, "us");
    REQUIRE(held);
    CHECK(subject.locks->holder(subject.path) == "us");
}

TEMPLATE_TEST_CASE("a lock is released with its owner and taken again with another text", "[locks]", RealLocks,
                   FakedLocks) {
    TestType subject;
    subject.locks->acquire(subject.path, "the first and rather long-winded holder").value().reset();
    CHECK(subject.locks->holder(subject.path) == std::nullopt);
    const auto held = subject.locks->acquire(subject.path, "second");
    REQUIRE(held);
    CHECK(subject.locks->holder(subject.path) == "second");
}

TEMPLATE_TEST_CASE("a held lock is busy and says who holds it", "[locks]", RealLocks, FakedLocks) {
    TestType subject;
    const Outsider other = subject.outsider("other program, pid 7");
    for (int i = 0; i < 2; ++i) {
        const auto refused = subject.locks->acquire(subject.path, "us");
        REQUIRE_FALSE(refused);
        CHECK(refused.error() == Error{Errc::busy, "other program, pid 7"});
        CHECK(subject.locks->holder(subject.path) == "other program, pid 7");
    }
}

TEMPLATE_TEST_CASE("a second attempt by the holder's own process is busy too", "[locks]", RealLocks, FakedLocks) {
    TestType subject;
    const auto held = subject.locks->acquire(subject.path, "us");
    REQUIRE(held);
    CHECK(subject.locks->acquire(subject.path, "us again").error() == Error{Errc::busy, "us"});
    CHECK(subject.locks->holder(subject.path) == "us");
}

TEMPLATE_TEST_CASE("a lock is free after the death of its holder", "[locks]", RealLocks, FakedLocks) {
    TestType subject;
    Outsider other = subject.outsider("doomed");
    other.reset();
    CHECK(subject.locks->holder(subject.path) == std::nullopt);
    CHECK(subject.locks->acquire(subject.path, "us"));
}

TEMPLATE_TEST_CASE("asking for the holder does not disturb the lock", "[locks]", RealLocks, FakedLocks) {
    TestType subject;
    const auto held = subject.locks->acquire(subject.path, "us");
    for (int i = 0; i < 100; ++i) REQUIRE(subject.locks->holder(subject.path) == "us");
    CHECK(subject.locks->acquire(subject.path, "other").error().code == Errc::busy);
}

TEMPLATE_TEST_CASE("two locks do not hinder each other", "[locks]", RealLocks, FakedLocks) {
    TestType subject;
    const auto one = subject.locks->acquire(subject.path, "one");
    CHECK(subject.locks->acquire(subject.path.parent_path() / "another", "two"));
}

TEMPLATE_TEST_CASE("waiting for a lock that is free or was never taken does not wait", "[locks]", RealLocks,
                   FakedLocks) {
    TestType subject;
    CHECK(subject.locks->wait_until_free(subject.path, a_while, {}));
    subject.locks->acquire(subject.path, "us").value().reset();
    CHECK(subject.locks->wait_until_free(subject.path, a_while, {}));
}

TEMPLATE_TEST_CASE("waiting ends when the lock is let go", "[locks]", RealLocks, FakedLocks) {
    TestType subject;
    for (int round = 0; round < 50; ++round) {  // whenever in the wait the release comes
        auto held = subject.locks->acquire(subject.path, "us");
        REQUIRE(held);
        const BootTime start = make_clocks()->boot();
        auto waiting =
            std::async(std::launch::async, [&] { return subject.locks->wait_until_free(subject.path, a_while, {}); });
        held->reset();
        REQUIRE(waiting.get());
        REQUIRE(make_clocks()->boot() - start < a_while / 2);
    }
}

TEMPLATE_TEST_CASE("waiting ends when the holder dies", "[locks]", RealLocks, FakedLocks) {
    TestType subject;
    for (int round = 0; round < 5; ++round) {
        Outsider other = subject.outsider("doomed");
        auto waiting =
            std::async(std::launch::async, [&] { return subject.locks->wait_until_free(subject.path, a_while, {}); });
        other.reset();
        REQUIRE(waiting.get());
    }
}

TEMPLATE_TEST_CASE("waiting gives up in time", "[locks]", RealLocks, FakedLocks) {
    TestType subject;
    const auto held = subject.locks->acquire(subject.path, "us");
    const auto start = std::chrono::steady_clock::now();
    CHECK(subject.locks->wait_until_free(subject.path, 50ms, {}).error().code == Errc::timed_out);
    CHECK(std::chrono::steady_clock::now() - start >= 45ms);
    CHECK(subject.locks->wait_until_free(subject.path, 0ms, {}).error().code == Errc::timed_out);
    CHECK(subject.locks->holder(subject.path) == "us");
}

TEMPLATE_TEST_CASE("waiting ends on a stop request, before or during", "[locks]", RealLocks, FakedLocks) {
    TestType subject;
    const auto held = subject.locks->acquire(subject.path, "us");
    std::stop_source stop;
    auto waiting = std::async(std::launch::async,
                              [&] { return subject.locks->wait_until_free(subject.path, a_while, stop.get_token()); });
    stop.request_stop();
    CHECK(waiting.get().error().code == Errc::cancelled);
    CHECK(subject.locks->wait_until_free(subject.path, a_while, stop.get_token()).error().code == Errc::cancelled);
}

TEST_CASE("a stale text in a free lock's file names nobody", "[locks]") {
    const RealLocks subject;
    std::filesystem::create_directories(subject.path.parent_path());
    std::ofstream(subject.path) << "left behind by a power cut\n";
    CHECK(subject.locks->holder(subject.path) == std::nullopt);
    CHECK(subject.locks->acquire(subject.path, "us"));
}

}  // namespace
}  // namespace guestpatch
