// What a detached program is promised, kept by the operating system and by the fake alike.
#include "platform/process.hpp"

#include "platform/host.hpp"
#include "platform/lock.hpp"
#include "platform/random.hpp"
#include "tests/catch.hpp"
#include "tests/contract/talking.hpp"
#include "tests/fakes/process.hpp"
#include "tests/tools/temporary_folder.hpp"

namespace guestpatch {
namespace {

using namespace std::chrono_literals;

constexpr Patience patient{.deadline = a_while, .silence = a_while, .after_stop = 0ms};

/// Programs that obey go on until they are let go.
struct RealDetached {
    TemporaryFolder folder;
    std::unique_ptr<Locks> locks = make_locks();
    std::unique_ptr<HeldLock> held = std::move(locks->acquire(folder.at("lock"), "obey").value());
    std::unique_ptr<ProcessRunner> runner = make_process_runner();
    Detached detached{"guestpatch-test-" + make_guid(), folder.at("detached")};

    static bool skipped() {
        if (on_linux() && (make_host()->privileged() || !std::filesystem::exists("/run/systemd/system"))) return false;
        WARN("nothing is run detached here (Windows, or systemd without root): skipped");
        return true;
    }
    [[nodiscard]] std::vector<std::string> obey(int status) const {
        return {"obey", utf8(folder.at("lock")), std::to_string(status)};
    }
    void let_go() { held.reset(); }
};

struct FakedDetached {
    FakeClocks clocks;
    std::unique_ptr<FakeProcessRunner> runner = std::make_unique<FakeProcessRunner>(clocks);
    Detached detached{"guestpatch-test", "/state/detached"};

    FakedDetached() {
        runner->behave([](const Command& command) { return command.argv.front() == GUESTPATCH_TALKER; }, answer);
    }
    static bool skipped() { return false; }
    static Answer answer(const Command& command) {
        const std::string& mode = command.argv.at(1);
        if (mode == "out") return Answer::prints(command.argv.at(2));
        if (mode == "err") return Answer::exits(0, "", command.argv.at(2));
        if (mode == "exit") return Answer::exits(std::stoi(command.argv.at(2)));
        if (mode == "raise") return {.outcome = Completion{.end = RunEnd::signalled, .code = 9}};
        return {.outcome = Completion{.code = std::stoi(command.argv.at(3))}, .pieces = {"ready\n"}, .takes = 10min};
    }
    [[nodiscard]] static std::vector<std::string> obey(int status) { return {"obey", "lock", std::to_string(status)}; }
    void let_go() { clocks.tick(10min); }
};

template <class Subject>
Completion await(Subject& subject, const Patience& patience = patient, const std::stop_token& stop = {},
                 const OutputSink& sink = {}) {
    const auto completion = subject.runner->await(subject.detached, patience, stop, sink);
    REQUIRE(completion);
    return *completion;
}

std::stop_token stopped() {
    std::stop_source source;
    source.request_stop();
    return source.get_token();
}

TEMPLATE_TEST_CASE("how a detached program ended can be asked again and again", "[detached]", RealDetached,
                   FakedDetached) {
    if (TestType::skipped()) return;
    for (const int status : {0, 1, 100, 255}) {
        TestType subject;
        REQUIRE(subject.runner->launch(subject.detached, talker({"exit", std::to_string(status)})));
        for (int time = 0; time < 2; ++time) {
            const Completion completion = await(subject);
            CHECK(completion.exited_with(status));
            CHECK(completion.out.empty());
            CHECK(completion.err.empty());
        }
        CHECK(subject.runner->whereabouts(subject.detached).empty());
    }
}

TEMPLATE_TEST_CASE("a detached program killed by a signal is told from one that failed", "[detached]", RealDetached,
                   FakedDetached) {
    if (TestType::skipped()) return;
    TestType subject;
    REQUIRE(subject.runner->launch(subject.detached, talker({"raise", "9"})));
    const Completion completion = await(subject);
    CHECK(completion.end == RunEnd::signalled);
    CHECK(completion.code == 9);
    CHECK(completion.err.empty());
}

TEMPLATE_TEST_CASE("what a detached program prints is kept, stream by stream", "[detached]", RealDetached,
                   FakedDetached) {
    if (TestType::skipped()) return;
    const bool out = GENERATE(false, true);
    TestType subject;
    REQUIRE(subject.runner->launch(subject.detached, talker({out ? "out" : "err", "some text"})));
    std::string heard;
    const Completion completion = await(subject, patient, {}, [&](std::string_view piece) { heard += piece; });
    CHECK(completion.out == (out ? "some text" : ""));
    CHECK(completion.err == (out ? "" : "some text"));
    CHECK(heard == completion.out);
    CHECK_FALSE(completion.truncated);
}

TEMPLATE_TEST_CASE("a name is launched once", "[detached]", RealDetached, FakedDetached) {
    if (TestType::skipped()) return;
    TestType subject;
    REQUIRE(subject.runner->launch(subject.detached, talker({"exit", "5"})));
    CHECK(subject.runner->launch(subject.detached, talker({"exit", "6"})).error().code == Errc::busy);
    CHECK(await(subject).exited_with(5));
    CHECK(subject.runner->launch(subject.detached, talker({"exit", "6"})).error().code == Errc::busy);
    CHECK(await(subject).exited_with(5));
}

TEMPLATE_TEST_CASE("what was never launched is not found", "[detached]", RealDetached, FakedDetached) {
    TestType subject;
    CHECK(subject.runner->await(subject.detached, patient, {}, {}).error().code == Errc::not_found);
    CHECK(subject.runner->whereabouts(subject.detached).empty());
    if (TestType::skipped()) return;
    const Command missing{.argv = {"no-such-program-anywhere"}};
    CHECK(subject.runner->launch(subject.detached, missing).error().code == Errc::not_found);
    CHECK(subject.runner->launch(subject.detached, Command{}).error().code == Errc::invalid);
    CHECK(subject.runner->await(subject.detached, patient, {}, {}).error().code == Errc::not_found);
}

TEMPLATE_TEST_CASE("a stop leaves a detached program running, and somebody later collects it", "[detached]",
                   RealDetached, FakedDetached) {
    if (TestType::skipped()) return;
    TestType subject;
    REQUIRE(subject.runner->launch(subject.detached, talker(subject.obey(7))));
    CHECK_FALSE(subject.runner->whereabouts(subject.detached).empty());
    std::stop_source stop;
    const Completion left = await(subject, patient, stop.get_token(), [&](std::string_view) { stop.request_stop(); });
    CHECK(left.end == RunEnd::cancelled);
    CHECK(left.out == "ready\n");
    CHECK_FALSE(subject.runner->whereabouts(subject.detached).empty());
    subject.let_go();
    const Completion collected = await(subject);
    CHECK(collected.exited_with(7));
    CHECK(collected.out.starts_with("ready\n"));
    CHECK(subject.runner->whereabouts(subject.detached).empty());
}

TEMPLATE_TEST_CASE("one that has ended is collected in spite of a stop", "[detached]", RealDetached, FakedDetached) {
    if (TestType::skipped()) return;
    TestType subject;
    subject.let_go();
    REQUIRE(subject.runner->launch(subject.detached, talker(subject.obey(7))));
    subject.let_go();
    CHECK(await(subject).exited_with(7));
    CHECK(await(subject, patient, stopped()).exited_with(7));
}

TEMPLATE_TEST_CASE("neither the deadline nor silence alone ends a detached program", "[detached]", RealDetached,
                   FakedDetached) {
    if (TestType::skipped()) return;
    TestType subject;
    REQUIRE(subject.runner->launch(subject.detached, talker(subject.obey(0))));
    // A stop request ends the waiting, long after the one limit.
    const Patience short_deadline{.deadline = 50ms, .silence = a_while, .after_stop = 400ms};
    CHECK(await(subject, short_deadline, stopped()).end == RunEnd::cancelled);
    const Patience short_silence{.deadline = a_while, .silence = 50ms, .after_stop = 400ms};
    CHECK(await(subject, short_silence, stopped()).end == RunEnd::cancelled);
    CHECK_FALSE(subject.runner->whereabouts(subject.detached).empty());

    const Patience none_left{.deadline = 300ms, .silence = 100ms, .after_stop = 0ms};
    const Completion ended = await(subject, none_left);
    CHECK(ended.end == RunEnd::silence);
    CHECK(ended.out == "ready\n");
    CHECK(subject.runner->whereabouts(subject.detached).empty());
    CHECK(await(subject).end == RunEnd::signalled);
}

TEST_CASE("a make-believe detached program does its work though nobody awaits it", "[detached][fakes]") {
    FakeClocks clocks;
    FakeProcessRunner runner(clocks);
    int installed = 0;
    runner.behave([](const Command&) { return true; },
                  [&](const Command&) {
                      ++installed;
                      return Answer{.outcome = Completion{.out = "done"}, .takes = 10min};
                  });
    const Detached detached{"name", "/state/name"};
    REQUIRE(runner.launch(detached, {.argv = {"apt-get", "install"}}));
    CHECK(installed == 1);
    CHECK(runner.command_lines() == std::vector<std::string>{"apt-get install"});
    CHECK(runner.whereabouts(detached) == "process 4711");
    clocks.tick(10min);
    CHECK(runner.whereabouts(detached).empty());
    CHECK(runner.await(detached, {}, {}, {})->out == "done");
    CHECK(clocks.boot() == BootTime(10min));
}

TEST_CASE("a make-believe detached program is lost with the power", "[detached][fakes]") {
    FakeClocks clocks;
    FakeProcessRunner runner(clocks);
    runner.answer({"slow"}, Answer{.pieces = {"half"}, .takes = 10min});
    runner.answer({"lost"}, Answer{.outcome = Completion{.end = RunEnd::lost}});
    runner.answer({"refused"}, Answer::fails(Errc::no_space, "No space left on device"));
    const std::vector<Detached> detached{{"1", "/1"}, {"2", "/2"}, {"3", "/3"}, {"4", "/4"}};
    REQUIRE(runner.launch(detached[0], {.argv = {"slow"}}));
    CHECK(runner.await(detached[0], patient, stopped(), {})->end == RunEnd::cancelled);
    runner.lose_running();
    CHECK(runner.await(detached[0], patient, {}, {})->end == RunEnd::lost);
    REQUIRE(runner.launch(detached[1], {.argv = {"slow"}}));
    clocks.reboot();
    CHECK(runner.await(detached[1], patient, {}, {})->end == RunEnd::lost);
    REQUIRE(runner.launch(detached[2], {.argv = {"lost"}}));
    CHECK(runner.await(detached[2], patient, {}, {})->end == RunEnd::lost);
    CHECK(runner.launch(detached[3], {.argv = {"refused"}}).error().code == Errc::no_space);
    CHECK(runner.await(detached[3], patient, {}, {}).error().code == Errc::not_found);
}

TEST_CASE("Windows has nothing detached, and says so", "[detached]") {
    if (on_linux()) return;
    const RealDetached subject;
    const auto launched = subject.runner->launch(subject.detached, talker({"exit", "0"}));
    REQUIRE_FALSE(launched);
    CHECK(launched.error() == Error{Errc::failed, "nothing is run detached on Windows"});
    CHECK(subject.runner->await(subject.detached, patient, {}, {}).error().code == Errc::not_found);
    CHECK(subject.runner->whereabouts(subject.detached).empty());
}

}  // namespace
}  // namespace guestpatch
