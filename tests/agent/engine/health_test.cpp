#include "agent/engine/health.hpp"

#include <algorithm>
#include <map>

#include "agent/wire/exchange.hpp"
#include "tests/catch.hpp"
#include "tests/fakes/machine.hpp"
#include "tests/fakes/package_manager.hpp"
#include "tests/fakes/progress.hpp"

using namespace guestpatch;
using namespace std::chrono_literals;

namespace {

using enum HealthState;

/// A machine whose probes and pauses are the test's: time passes only in pauses.
struct World : FakeMachine {
    World() {
        detected = {"apt", "APT", PublishCeiling::refused, std::make_unique<FakePackageManager>()};
        settings.health.grace_period = 10min;
        clocks.tick(24h);
        doors.knock = [this](int port, milliseconds at_most) {
            ++knocks;
            CHECK(at_most <= 10s);
            return open.contains(port) ? Result<void>() : Error{Errc::failed, "connect: Connection refused"};
        };
        doors.pause = [this](milliseconds length, const std::stop_token&) {
            pauses.push_back(std::chrono::ceil<seconds>(length));
            clocks.tick(length);
            if (after_pause) after_pause();
        };
        const auto is_courier = [](const Command& command) { return command.argv.front() == "/courier"; };
        processes.behave(is_courier, [this](const Command& command) { return carry(command); });
    }

    Answer carry(const Command& command) {
        if (courier) return *courier;
        const auto exchange = decode_exchange(command.input);
        REQUIRE(exchange);
        CHECK(exchange->peer == Peer::probe);
        CHECK(exchange->credentials == Credentials());
        REQUIRE(exchange->calls.size() == 1);
        asked.push_back(exchange->url + exchange->calls[0].path);
        Reply reply{.silence = Silence::unreached, .message = "nobody listens"};
        if (const auto found = replies.find(asked.back()); found != replies.end()) reply = found->second;
        reply.id = exchange->calls[0].id;
        return Answer::prints(encode(std::vector<Reply>{reply}));
    }

    Health look(HealthQuestion question = {}) {
        StateFolder state{seams, "/state", "/run/state"};
        Context context{.deadline = deadline, .stop = stop.get_token(), .progress = progress};
        return look_at_health({seams, detected, settings, state, Courier(processes, "/courier", "")}, doors, question, context);
    }
    void probe(ProbeProtocol protocol, int port) { settings.health.probes.push_back({protocol, port, "/up"}); }
    void answer(const std::string& url, int status) { replies[url] = {.status = status}; }

    FakeProgress progress;
    std::stop_source stop;
    Deadline deadline;
    Detected detected;
    Settings settings;
    HealthDoors doors;
    std::optional<Answer> courier;  ///< what it does instead of its work
    std::map<int, bool> open;  ///< ports somebody listens at
    std::map<std::string, Reply> replies;
    std::vector<std::string> asked;
    std::vector<seconds> pauses;
    std::function<void()> after_pause;
    int knocks = 0;
};

constexpr auto after_installation = HealthLook::after_installation;
constexpr auto after_reboot = HealthLook::after_reboot;

}  // namespace

TEST_CASE("a machine that runs and says nothing else is healthy, and looked at once", "[health]") {
    World machine;
    const HealthLook look = GENERATE(HealthLook::before, after_installation, after_reboot);
    const Health health = machine.look({.look = look});
    CHECK(health == Health{.state = healthy, .at = machine.clocks.wall()});
    CHECK(machine.pauses.empty());
}

TEST_CASE("failed units are news only when they had not failed before, and are not waited for", "[health]") {
    World machine;
    machine.units.add("a.service", "enabled", "failed");
    const Health before = machine.look();
    CHECK(before.state == healthy);
    CHECK(before.failed_units == std::vector<std::string>{"a.service"});
    machine.units.add("b.service", "enabled", "failed");
    const Health after = machine.look({.look = after_installation, .before = before});
    CHECK(after.state == unhealthy);
    CHECK(after.reasons == std::vector<std::string>{"failed since: b.service"});
    CHECK(after.failed_units == std::vector<std::string>{"a.service", "b.service"});
    CHECK(machine.pauses.empty());
}

TEST_CASE("what the caller knows of the package database counts", "[health]") {
    World machine;
    const Health health = machine.look({.look = after_reboot, .unsound = {"libc6"}});
    CHECK(health.state == unhealthy);
    CHECK(health.reasons == std::vector<std::string>{"not fully installed: libc6"});
    CHECK(machine.pauses.empty());
}

TEST_CASE("a service manager that cannot be asked, or none at all, leaves the machine unknown", "[health]") {
    World machine;
    SECTION("none") {
        machine.units.present = false;
        CHECK(machine.look().reasons == std::vector<std::string>{"no service manager runs here"});
    }
    SECTION("it does not answer") {
        machine.units.refusal = Error{Errc::timed_out, "systemd: no reply"};
        CHECK(machine.look().reasons == std::vector<std::string>{"service manager: systemd: no reply"});
    }
    CHECK(machine.look().state == unknown);
    machine.probe(ProbeProtocol::tcp, 22);
    machine.open[22] = true;
    CHECK(machine.look().state == (machine.units.present ? unknown : healthy));
}

TEST_CASE("after a reboot it is waited for what comes, with growing pauses, and no longer than that", "[health]") {
    World machine;
    machine.probe(ProbeProtocol::tcp, 5432);
    machine.units.booted = false;
    machine.after_pause = [&machine] {
        if (machine.pauses.size() == 3) machine.units.booted = true;
        if (machine.pauses.size() == 7) machine.open[5432] = true;
    };
    const Health health = machine.look({.look = after_reboot});
    CHECK(health.state == healthy);
    CHECK(health.at == machine.clocks.wall());
    CHECK(machine.pauses == std::vector<seconds>{1s, 2s, 4s, 8s, 16s, 30s, 30s});
}

TEST_CASE("what has not come within the grace period is what is wrong", "[health]") {
    World machine;
    machine.probe(ProbeProtocol::tcp, 5432);
    machine.settings.health.grace_period = 100s;
    const HealthLook look = GENERATE(after_installation, after_reboot);
    const Health health = machine.look({.look = look});
    CHECK(health.state == unhealthy);
    CHECK(health.reasons == std::vector<std::string>{"tcp 127.0.0.1:5432: connect: Connection refused"});
    CHECK(machine.pauses == std::vector<seconds>{1s, 2s, 4s, 8s, 16s, 30s, 30s, 9s});
    CHECK(machine.knocks == 9);
}

TEST_CASE("no grace is no pause", "[health]") {
    World machine;
    machine.probe(ProbeProtocol::tcp, 5432);
    machine.settings.health.grace_period = 0s;
    CHECK(machine.look({.look = after_reboot}).state == unhealthy);
    CHECK(machine.pauses.empty());
}

TEST_CASE("the deadline of the run ends the wait before the grace period does", "[health]") {
    World machine;
    machine.probe(ProbeProtocol::tcp, 5432);
    machine.deadline = {machine.clocks.boot() + 5s};
    CHECK(machine.look({.look = after_installation}).state == unhealthy);
    CHECK(machine.pauses == std::vector<seconds>{1s, 2s, 2s});
}

TEST_CASE("a stop request ends the wait, and the machine is what it was seen to be", "[health]") {
    World machine;
    machine.probe(ProbeProtocol::tcp, 5432);
    machine.after_pause = [&machine] { machine.stop.request_stop(); };
    CHECK(machine.look({.look = after_reboot}).state == initializing);
    CHECK(machine.pauses.size() == 1);
}

TEST_CASE("before a run the machine is looked at once, and excused only when it has just started", "[health]") {
    World machine;
    machine.probe(ProbeProtocol::tcp, 5432);
    CHECK(machine.look().state == unhealthy);
    machine.clocks.reboot();
    machine.clocks.tick(9min);
    CHECK(machine.look().state == initializing);
    machine.clocks.tick(1min);
    CHECK(machine.look().state == unhealthy);
    CHECK(machine.pauses.empty());
}

TEST_CASE("an HTTP probe goes through the courier to loopback, and a status below 400 is well", "[health]") {
    World machine;
    machine.probe(ProbeProtocol::http, 8080);
    const auto [status, state] = GENERATE(table<int, HealthState>(
        {{199, unhealthy}, {200, healthy}, {204, healthy}, {302, healthy}, {399, healthy}, {400, unhealthy}, {503, unhealthy}}));
    CAPTURE(status);
    machine.answer("http://127.0.0.1:8080/up", status);
    const Health health = machine.look();
    CHECK(health.state == state);
    CHECK(machine.asked == std::vector<std::string>{"http://127.0.0.1:8080/up"});
    if (state == unhealthy) CHECK(health.reasons.front() == "http 127.0.0.1:8080/up: status " + std::to_string(status));
}

TEST_CASE("who listens on the other loopback address alone is found there", "[health]") {
    World machine;
    machine.probe(ProbeProtocol::https, 443);
    const std::vector<std::string> both{"https://127.0.0.1:443/up", "https://[::1]:443/up"};
    SECTION("and is well") {
        machine.answer(both[1], 200);
        CHECK(machine.look().state == healthy);
    }
    SECTION("and is not") {
        machine.answer(both[1], 500);
        CHECK(machine.look().reasons == std::vector<std::string>{"https 127.0.0.1:443/up: status 500"});
    }
    SECTION("or nobody does") {
        CHECK(machine.look().reasons == std::vector<std::string>{"https 127.0.0.1:443/up: nobody listens"});
    }
    CHECK(machine.asked == both);
}

TEST_CASE("a probe that could not be made says nothing about the machine", "[health]") {
    World machine;
    machine.probe(ProbeProtocol::http, 8080);
    SECTION("no courier") { machine.courier = Answer::fails(Errc::not_found, "no such program"); }
    SECTION("it fails") { machine.courier = Answer::exits(1); }
    SECTION("it talks nonsense") { machine.courier = Answer::prints("hello"); }
    SECTION("it says nothing") { machine.courier = Answer::prints(encode(std::vector<Reply>())); }
    SECTION("it refuses") {
        machine.replies["http://127.0.0.1:8080/up"] = {.silence = Silence::refused, .message = "not loopback"};
    }
    const Health health = machine.look({.look = after_installation});
    CHECK(health.state == unknown);
    CHECK(health.reasons.size() == 1);
    CHECK(machine.pauses.empty());
}

TEST_CASE("half an answer is an answer, and a bad one", "[health]") {
    World machine;
    machine.probe(ProbeProtocol::http, 8080);
    machine.replies["http://127.0.0.1:8080/up"] = {.silence = Silence::broken, .message = "too slow"};
    CHECK(machine.look().reasons == std::vector<std::string>{"http 127.0.0.1:8080/up: too slow"});
    CHECK(machine.look().state == unhealthy);
}

TEST_CASE("a command of the administrator's decides by its exit status", "[health]") {
    World machine;
    machine.settings.health.command = {"/usr/local/bin/check", "--all"};
    struct Row {
        Answer answer;
        HealthState state;
        std::vector<std::string> reasons;
    };
    Answer slow = Answer::exits(0);
    slow.takes = 10min;
    const std::vector<Row> rows{
        {Answer::exits(0, "noise", "noise"), healthy, {}},
        {Answer::exits(3), unhealthy, {"/usr/local/bin/check: exit status 3"}},
        {Answer::exits(1, "out\n", "first\nthe shop is shut\n"), unhealthy,
         {"/usr/local/bin/check: exit status 1: the shop is shut"}},
        {Answer::exits(1, "one\ntwo \n"), unhealthy, {"/usr/local/bin/check: exit status 1: two"}},
        {Answer::fails(Errc::not_found, "no such program"), unknown, {"/usr/local/bin/check: no such program"}},
    };
    for (const Row& row : rows) {
        machine.processes.answer({"/usr/local/bin/check", "--all"}, row.answer, 1);
        const Health health = machine.look({.environment = {"GUESTPATCH_ACTIVITY_ID=a-1"}});
        CHECK(health.state == row.state);
        CHECK(health.reasons == row.reasons);
    }
    CHECK(machine.processes.commands().back().environment == std::vector<std::string>{"GUESTPATCH_ACTIVITY_ID=a-1"});
    machine.processes.answer({"/usr/local/bin/check", "--all"}, slow, 1);
    const BootTime began = machine.clocks.boot();
    CHECK(machine.look().state == unhealthy);
    CHECK(machine.clocks.boot() - began == 1min);
}

TEST_CASE("a pause lasts as long as it says, and a stop request ends it", "[health]") {
    std::stop_source stop;
    const auto began = std::chrono::steady_clock::now();
    pause(20ms, stop.get_token());
    CHECK(std::chrono::steady_clock::now() - began >= 20ms);
    stop.request_stop();
    pause(1h, stop.get_token());  // would outlast the limit of the test program
}
