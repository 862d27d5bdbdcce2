// Which command restarts the machine. It is never run: the programs are make-believe.
#include "platform/reboot.hpp"

#include "tests/catch.hpp"
#include "tests/contract/talking.hpp"
#include "tests/fakes/process.hpp"
#include "tests/fakes/reboot.hpp"

namespace guestpatch {
namespace {

using namespace std::chrono_literals;

std::vector<std::string> command_for(seconds delay) {
    FakeProcessRunner processes;
    processes.answer({"shutdown"}, Answer::exits(0));
    REQUIRE(make_shutdown_program(processes)->schedule(delay, "patches need a restart"));
    REQUIRE(processes.commands().size() == 1);
    CHECK(processes.commands().front().deadline == 30s);
    return processes.commands().front().argv;
}

TEST_CASE("a restart is asked of the system's own program", "[reboot]") {
    const std::string message = "patches need a restart";
    if (on_linux()) {
        CHECK(command_for(0s) == std::vector<std::string>{"shutdown", "-r", "now", message});
        CHECK(command_for(-5s) == std::vector<std::string>{"shutdown", "-r", "now", message});
        CHECK(command_for(1s) == std::vector<std::string>{"shutdown", "-r", "+1", message});
        CHECK(command_for(60s) == std::vector<std::string>{"shutdown", "-r", "+1", message});
        CHECK(command_for(61s) == std::vector<std::string>{"shutdown", "-r", "+2", message});
    } else {
        CHECK(command_for(0s) == std::vector<std::string>{"shutdown", "/r", "/t", "0", "/c", message});
        CHECK(command_for(61s) == std::vector<std::string>{"shutdown", "/r", "/t", "61", "/c", message});
    }
}

TEST_CASE("a restart that is refused says why", "[reboot]") {
    FakeProcessRunner processes;
    const auto rebooter = make_shutdown_program(processes);
    CHECK(rebooter->schedule(0s, "why").error().code == Errc::not_found);

    processes.answer({"shutdown"}, Answer::exits(1, "", "Failed to set wall message: denied\r\nmore\n"), 1);
    CHECK(rebooter->schedule(0s, "why").error() == Error{Errc::failed, "shutdown: Failed to set wall message: denied"});
    processes.answer({"shutdown"}, Answer::exits(2), 1);
    CHECK(rebooter->schedule(0s, "why").error() == Error{Errc::failed, "shutdown: exit status 2"});
    processes.answer({"shutdown"}, Answer{.takes = 1h});
    CHECK(rebooter->schedule(0s, "why").error().code == Errc::failed);
}

TEST_CASE("the fake restart remembers, and can refuse", "[reboot]") {
    FakeRebooter rebooter;
    CHECK(rebooter.schedule(60s, "why"));
    rebooter.refusal = Error{Errc::failed, "shutdown: not today"};
    CHECK(rebooter.schedule(0s, "again") == Result<void>(*rebooter.refusal));
    CHECK(rebooter.scheduled == std::vector<FakeRebooter::Scheduled>{{60s, "why"}});
}

}  // namespace
}  // namespace guestpatch
