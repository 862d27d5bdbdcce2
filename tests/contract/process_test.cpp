// What a run promises, kept by the operating system and by the fake alike.
#include "platform/process.hpp"

#include "tests/catch.hpp"
#include "tests/contract/talking.hpp"
#include "tests/fakes/process.hpp"

namespace guestpatch {
namespace {

using namespace std::chrono_literals;

struct RealProcesses {
    std::unique_ptr<ProcessRunner> runner = make_process_runner();
};

/// The fake, taught what the helper program does.
struct FakedProcesses {
    std::unique_ptr<FakeProcessRunner> runner = std::make_unique<FakeProcessRunner>();

    FakedProcesses() {
        const auto in_mode = [](std::string_view mode) {
            return [mode](const Command& command) {
                return command.argv.front() == GUESTPATCH_TALKER && command.argv.at(1) == mode;
            };
        };
        runner->behave(in_mode("exit"), [](const Command& c) { return Answer::exits(std::stoi(c.argv.at(2))); });
        runner->behave(in_mode("out"), [](const Command& c) { return Answer::exits(0, c.argv.at(2)); });
        runner->behave(in_mode("err"), [](const Command& c) { return Answer::exits(0, "", c.argv.at(2)); });
        runner->behave(in_mode("flood"), [](const Command& c) {
            const std::string text = std::string(std::stoul(c.argv.at(2)), '.') + "tail";
            return Answer{.outcome = Completion{.err = text}, .pieces = {text.substr(0, 10), text.substr(10)}};
        });
        runner->behave(in_mode("count-input"),
                       [](const Command& c) { return Answer::prints(std::to_string(c.input.size())); });
        runner->behave(in_mode("repeat-input"), [](const Command& c) { return Answer::prints(c.input); });
        runner->behave(in_mode("hang"), [](const Command&) { return Answer{.takes = a_while * 2}; });
    }
};

TEMPLATE_TEST_CASE("an exit status is a value", "[process]", RealProcesses, FakedProcesses) {
    TestType subject;
    for (const int status : {0, 1, 100, 255}) {
        const auto completion = subject.runner->run(talker({"exit", std::to_string(status)}), {});
        REQUIRE(completion);
        CHECK(completion->exited_with(status));
        CHECK(completion->out.empty());
        CHECK(completion->err.empty());
        CHECK_FALSE(completion->truncated);
        CHECK(describe(*completion) == "exit status " + std::to_string(status));
    }
}

TEMPLATE_TEST_CASE("both streams are kept apart", "[process]", RealProcesses, FakedProcesses) {
    TestType subject;
    const auto out = subject.runner->run(talker({"out", "for out"}), {});
    REQUIRE(out);
    CHECK(out->out == "for out");
    CHECK(out->err.empty());
    const auto err = subject.runner->run(talker({"err", "for err"}), {});
    REQUIRE(err);
    CHECK(err->out.empty());
    CHECK(err->err == "for err");
}

TEMPLATE_TEST_CASE("a program that does not exist is not found", "[process]", RealProcesses, FakedProcesses) {
    TestType subject;
    for (const char* name : {"no-such-program-anywhere", "/no/such/program"}) {
        Command command = talker({});
        command.argv = {name, "update"};
        const auto outcome = subject.runner->run(command, {});
        REQUIRE_FALSE(outcome);
        CHECK(outcome.error().code == Errc::not_found);
        CHECK(outcome.error().message.contains(name));
    }
}

TEMPLATE_TEST_CASE("nothing cannot be run", "[process]", RealProcesses, FakedProcesses) {
    TestType subject;
    const Command nothing{.deadline = a_while, .silence = a_while};
    CHECK(subject.runner->run(nothing, {}).error().code == Errc::invalid);
}

TEMPLATE_TEST_CASE("without time nothing is started", "[process]", RealProcesses, FakedProcesses) {
    TestType subject;
    Command command = talker({"out", "hello"});
    command.deadline = 0ms;
    const auto completion = subject.runner->run(command, {});
    REQUIRE(completion);
    CHECK(completion->end == RunEnd::deadline);
    CHECK(completion->out.empty());
    command.argv = {"no-such-program-anywhere"};
    CHECK(subject.runner->run(command, {}).error().code == Errc::not_found);
}

TEMPLATE_TEST_CASE("beyond the cap the tail is kept, on both streams", "[process]", RealProcesses, FakedProcesses) {
    TestType subject;
    Command command = talker({"flood", "300000"});
    command.output_cap = 1000;
    const auto completion = subject.runner->run(command, {});
    REQUIRE(completion);
    CHECK(completion->truncated);
    CHECK(completion->out == std::string(996, '.') + "tail");
    CHECK(completion->err == std::string(996, '.') + "tail");
}

TEMPLATE_TEST_CASE("output as large as the cap is whole", "[process]", RealProcesses, FakedProcesses) {
    TestType subject;
    Command command = talker({"flood", "99996"});
    command.output_cap = 100'000;
    const auto completion = subject.runner->run(command, {});
    REQUIRE(completion);
    CHECK_FALSE(completion->truncated);
    CHECK(completion->out.size() == 100'000);
}

TEMPLATE_TEST_CASE("the sink gets all of standard output in order", "[process]", RealProcesses, FakedProcesses) {
    TestType subject;
    Command command = talker({"flood", "500000"});
    command.output_cap = 10;  // the sink is not capped
    std::string heard;
    const auto completion = subject.runner->run(command, {}, [&](std::string_view piece) { heard += piece; });
    REQUIRE(completion);
    CHECK(heard.size() == 500'004);
    CHECK(heard.ends_with(".tail"));
}

TEMPLATE_TEST_CASE("a stop request made before ends the run", "[process]", RealProcesses, FakedProcesses) {
    TestType subject;
    std::stop_source stop;
    stop.request_stop();
    const auto completion = subject.runner->run(talker({"hang"}), stop.get_token());
    REQUIRE(completion);
    CHECK(completion->end == RunEnd::cancelled);
    CHECK_FALSE(completion->exited_with(0));
}

TEMPLATE_TEST_CASE("the deadline ends the run", "[process]", RealProcesses, FakedProcesses) {
    TestType subject;
    Command command = talker({"hang"});
    command.deadline = 200ms;
    const auto completion = subject.runner->run(command, {});
    REQUIRE(completion);
    CHECK(completion->end == RunEnd::deadline);
    CHECK_FALSE(completion->exited_with(0));
}

TEMPLATE_TEST_CASE("silence ends the run", "[process]", RealProcesses, FakedProcesses) {
    TestType subject;
    Command command = talker({"hang"});
    command.silence = 200ms;
    const auto completion = subject.runner->run(command, {});
    REQUIRE(completion);
    CHECK(completion->end == RunEnd::silence);
    CHECK_FALSE(completion->exited_with(0));
}

TEMPLATE_TEST_CASE("a program finds its input whole", "[process]", RealProcesses, FakedProcesses) {
    TestType subject;
    Command command = talker({"repeat-input"});
    command.input = R"({"phase": "before", "patches": ["b\u00e4r", ""]})";
    const auto repeated = subject.runner->run(command, {});
    REQUIRE(repeated);
    CHECK(repeated->out == command.input);
    for (const std::size_t size : {0U, 1U, 65'536U, 3'000'000U}) {
        Command counting = talker({"count-input"});
        counting.input.assign(size, 'x');
        const auto counted = subject.runner->run(counting, {});
        REQUIRE(counted);
        CHECK(counted->out == std::to_string(size));
    }
}

TEMPLATE_TEST_CASE("a program need not read its input", "[process]", RealProcesses, FakedProcesses) {
    TestType subject;
    Command deaf = talker({"exit", "7"});
    deaf.input.assign(3'000'000, 'x');
    const auto ended = subject.runner->run(deaf, {});
    REQUIRE(ended);
    CHECK(ended->exited_with(7));
    Command hanging = talker({"hang"});
    hanging.input = deaf.input;
    hanging.deadline = 200ms;
    const auto expired = subject.runner->run(hanging, {});
    REQUIRE(expired);
    CHECK(expired->end == RunEnd::deadline);
}

}  // namespace
}  // namespace guestpatch
