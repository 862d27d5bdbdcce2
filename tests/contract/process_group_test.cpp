// What only the real runner can show: children, grandchildren, environments, arguments.
#include <functional>
#include <future>

#include "platform/clock.hpp"
#include "platform/lock.hpp"
#include "platform/process.hpp"
#include "tests/catch.hpp"
#include "tests/contract/talking.hpp"
#include "tests/tools/temporary_folder.hpp"

namespace guestpatch {
namespace {

using namespace std::chrono_literals;

Completion run(const Command& command) {
    const auto completion = make_process_runner()->run(command, {});
    REQUIRE(completion);
    return *completion;
}

milliseconds took(const std::function<void()>& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::floor<milliseconds>(std::chrono::steady_clock::now() - start);
}

TEST_CASE("arguments arrive as they are", "[process]") {
    const std::vector<std::string> words{"",           "two words",  "\"quoted\"", "it's",      "back\\slash\\",
                                         "\\\"both",   "a\\\\\"b",   "$HOME",      "%PATH%",    "*",
                                         "-x",         "semi;colon", "pipe|&<>^",  "tab\there", "Grüße 補丁 🩹",
                                         "trailing\\", "end \\\\",   "--name=a b", "`date`",    "(x)"};
    std::string expected;
    for (const std::string& word : words) expected += "[" + word + "]";
    Command command = talker({"args"});
    command.argv.insert(command.argv.end(), words.begin(), words.end());
    CHECK(run(command).out == expected);
}

TEST_CASE("the environment is clean but for what the command asks for", "[process]") {
    Command command = talker({"env", "GUESTPATCH_TEST_LEAK", "ASKED_FOR"});
    command.environment = {"ASKED_FOR=a value with = and blanks"};
    CHECK(run(command).out == "[GUESTPATCH_TEST_LEAK unset][ASKED_FOR=a value with = and blanks]");
    if (on_linux()) CHECK(run(talker({"env", "LC_ALL", "LANG"})).out == "[LC_ALL=C.UTF-8][LANG unset]");
}

TEST_CASE("standard input is empty", "[process]") {
    CHECK(run(talker({"count-input"})).out == "0");
}

TEST_CASE("a program killed by a signal is told from one that failed", "[process]") {
    if (!on_linux()) {
        WARN("no signals here: skipped");
        return;
    }
    const Completion killed = run(talker({"raise", "9"}));
    CHECK(killed.end == RunEnd::signalled);
    CHECK(killed.code == 9);
    CHECK(describe(killed) == "killed by signal 9");
    CHECK_FALSE(killed.exited_with(9));
}

TEST_CASE("a stop request from another thread ends the run at once", "[process]") {
    Running running(talker({"hang"}));
    REQUIRE(running.says("ready"));
    CHECK(took([&] {
              running.stop();
              const auto completion = running.outcome();
              REQUIRE(completion);
              CHECK(completion->end == RunEnd::cancelled);
              CHECK(completion->out.starts_with("ready"));
          }) < 4s);
}

TEST_CASE("output is heard while the program runs", "[process]") {
    Running running(talker({"hang"}));
    CHECK(running.says("ready"));
}

TEST_CASE("a program that never stops talking cannot outtalk its deadline", "[process]") {
    Command command = talker({"chatter"});
    command.deadline = 500ms;
    command.silence = 400ms;
    command.output_cap = 10'000;
    const Completion completion = run(command);
    CHECK(completion.end == RunEnd::deadline);
    CHECK(completion.truncated);
    CHECK(completion.out.size() == 10'000);
}

TEST_CASE("a slow listener does not keep the deadline waiting", "[process]") {
    Command command = talker({"chatter"});
    command.deadline = 300ms;
    command.output_cap = 10'000;
    const auto clocks = make_clocks();
    const OutputSink slow = [&](std::string_view) {
        const BootTime done = clocks->boot() + 2ms;
        while (clocks->boot() < done) {
        }
    };
    const auto completion = make_process_runner()->run(command, {}, slow);
    REQUIRE(completion);
    CHECK(completion->end == RunEnd::deadline);
}

TEST_CASE("a grandchild that holds the output does not hold the run", "[process]") {
    CHECK(took([] { CHECK(run(talker({"spawn-holder", "hang"})).exited_with(0)); }) < 20s);
}

TEST_CASE("a grandchild that keeps talking does not hold the run either", "[process]") {
    Command command = talker({"spawn-holder", "chatter"});
    command.output_cap = 10'000;
    CHECK(took([&] { CHECK(run(command).exited_with(0)); }) < 20s);
}

TEST_CASE("a run that is ended takes its grandchildren along, even deaf ones", "[process]") {
    const bool deaf = GENERATE(false, true);
    const TemporaryFolder folder;
    const Path path = folder.at("lock");
    Command command = talker({"spawn-and-hang"});
    if (deaf) command.argv.emplace_back("deaf");
    command.argv.insert(command.argv.end(), {"lock", utf8(path), "grandchild"});
    Running running(command);
    REQUIRE(running.says("locked"));
    const auto locks = make_locks();
    CHECK(locks->holder(path) == "grandchild");
    running.stop();
    REQUIRE(running.outcome());
    CHECK(locks->wait_until_free(path, 10s, {}));
}

TEST_CASE("a program deaf to polite requests is ended all the same", "[process]") {
    Running running(talker({"deaf", "hang"}));
    REQUIRE(running.says("ready"));
    running.stop();
    const auto completion = running.outcome();
    REQUIRE(completion);
    CHECK(completion->end == RunEnd::cancelled);
}

TEST_CASE("many runs from several threads do not mix", "[process]") {
    const auto runner = make_process_runner();
    const auto work = [&](int thread) {
        for (int i = 0; i < 10; ++i) {
            const std::string text = std::to_string(thread) + "/" + std::to_string(i);
            const auto completion = runner->run(talker({"out", text}), {});
            if (!completion || completion->out != text || !completion->exited_with(0)) return false;
        }
        return true;
    };
    std::vector<std::future<bool>> threads;
    for (int thread = 0; thread < 4; ++thread) threads.push_back(std::async(std::launch::async, work, thread));
    for (std::future<bool>& thread : threads) CHECK(thread.get());
}

TEST_CASE("one runner can be used again and again without leaking", "[process]") {
    const auto runner = make_process_runner();
    for (int i = 0; i < 100; ++i) REQUIRE(runner->run(talker({"exit", "0"}), {}));
}

}  // namespace
}  // namespace guestpatch
