// Host, random GUIDs and the log, as every command relies on them.
#include <algorithm>
#include <regex>
#include <set>
#include <thread>

#include "platform/host.hpp"
#include "platform/log.hpp"
#include "platform/messages.hpp"
#include "platform/random.hpp"
#include "tests/catch.hpp"
#include "tests/contract/talking.hpp"
#include "tests/fakes/host.hpp"

namespace guestpatch {
namespace {

struct RealHost {
    std::unique_ptr<Host> host = make_host();
};

struct FakedHost {
    std::unique_ptr<Host> host = std::make_unique<FakeHost>();
};

TEMPLATE_TEST_CASE("a host's facts are complete and do not change", "[host]", RealHost, FakedHost) {
    TestType subject;
    const HostFacts facts = subject.host->facts();
    CHECK_FALSE(facts.host_name.empty());
    CHECK((facts.os_type == "Linux" || facts.os_type == "Windows"));
    CHECK_FALSE(facts.os_name.empty());
    CHECK_FALSE(facts.architecture.empty());
    CHECK(std::regex_search(facts.kernel, std::regex(R"(^\d+\.\d+)")));
    CHECK((facts.os_type == "Windows" || !facts.os_release.empty()));
    CHECK(subject.host->facts() == facts);
    CHECK(TestType().host->facts() == facts);
    CHECK(subject.host->privileged() == TestType().host->privileged());
}

TEMPLATE_TEST_CASE("a machine id is a GUID", "[host]", RealHost, FakedHost) {
    const std::string id = TestType().host->facts().machine_id;
    if (id.empty()) {
        WARN("this machine has no machine id: skipped");
        return;
    }
    CHECK(std::regex_match(id, std::regex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")));
}

TEST_CASE("random GUIDs are version 4 and never the same", "[random]") {
    const std::regex version4("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
    std::set<std::string> seen;
    for (int i = 0; i < 500; ++i) {
        const std::string guid = make_guid();
        REQUIRE(std::regex_match(guid, version4));
        REQUIRE(seen.insert(guid).second);
    }
}

TEST_CASE("every bit of a random GUID that may vary does", "[random]") {
    std::string all;
    for (int i = 0; i < 200; ++i) all += make_guid();
    for (const char digit : std::string_view("0123456789abcdef")) CHECK(std::ranges::count(all, digit) > 100);
}

TEST_CASE("log levels have names", "[log]") {
    CHECK(parse_log_level("debug") == LogLevel::debug);
    CHECK(parse_log_level("info") == LogLevel::info);
    CHECK(parse_log_level("warning") == LogLevel::warning);
    CHECK(parse_log_level("error") == LogLevel::error);
    CHECK(parse_log_level("Error") == std::nullopt);
    CHECK(parse_log_level("") == std::nullopt);
}

/// What the helper program writes to standard error, without the carriage returns of a Windows stream.
std::string logged(Command command) {
    const auto completion = make_process_runner()->run(command, {});
    REQUIRE(completion);
    REQUIRE(completion->exited_with(0));
    CHECK(completion->out.empty());
    std::string text = completion->err;
    std::erase(text, '\r');
    return text;
}

TEST_CASE("the log is plain lines on standard error, least important ones dropped", "[log]") {
    CHECK(logged(talker({"log", "debug"})) ==
          "guestpatch: debug: looking\n"
          "guestpatch: info: found patch=bash state=idle\n"
          "guestpatch: warning: lists are old\n"
          "guestpatch: error: gave up\n");
    CHECK(logged(talker({"log", "warning"})) ==
          "guestpatch: warning: lists are old\n"
          "guestpatch: error: gave up\n");
}

TEST_CASE("the least important level may change while somebody else logs", "[log]") {
    const auto log = make_log(LogLevel::warning);
    {
        // Read again on one thread, while an operation logs on the other: ThreadSanitizer sees whether they collide.
        const std::jthread reader([&] {
            for (int i = 0; i < 1000; ++i) log->set_least(i % 2 == 0 ? LogLevel::error : LogLevel::warning);
        });
        for (int i = 0; i < 1000; ++i) log->tell(message::assessed, "nobody reads this");
    }
    CHECK(log != nullptr);
}

TEST_CASE("the log goes to the journal only when standard error is the journal's", "[log]") {
    if (!on_linux()) {
        WARN("no journal here: skipped");
        return;
    }
    Command foreign = talker({"log", "error"});
    foreign.environment = {"JOURNAL_STREAM=1:2"};  // inherited from a service, but standard error was redirected
    CHECK(logged(foreign) == "guestpatch: error: gave up\n");

    Command ours = talker({});
    const std::string script = R"(JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2) exec "$0" log error)";
    ours.argv = {"sh", "-c", script, ours.argv.front()};
    CHECK(logged(ours).empty());
}

}  // namespace
}  // namespace guestpatch
