#include "agent/host/host_link.hpp"

#include <fmt/format.h>

#include "agent/wire/report.hpp"
#include "platform/messages.hpp"
#include "tests/fakes/host_double.hpp"
#include "tests/scenarios/world.hpp"
#include "tests/tools/dice.hpp"

using namespace guestpatch;

namespace {

/// A machine that has a host.
struct Correspondent {
    World world;
    HostDouble host{world.machine.processes};
    std::optional<HostLink> link;

    Correspondent() {
        world.settings.host.url = "https://host.example/guestpatch/v1";
        world.packages.add({upgrade("openssl")});
        begin_anew();
    }
    /// Another process, which knows only what is on disk.
    void begin_anew() { link.emplace(world.machine.seams, world.state, world.borrowed().courier, "0.1.0"); }

    Topics topics() { return {.settings = world.settings, .interval = 5min}; }
    TalkOutcome talk(Talk talk = Talk::everything, const std::set<std::string>& refused = {}) {
        link->begin_round();
        return link->talk(topics(), talk, {}, refused, 1min, {});
    }
    void talk_until_all_is_said(int at_most = 30) {
        for (int i = 0; i < at_most; ++i) {
            const TalkOutcome outcome = talk();
            if (!outcome.more && !outcome.failed && link->news(topics(), {}) == News::none) return;
            world.machine.clocks.tick(1min);
        }
        FAIL("it never comes to an end");
    }
    PatchStatus told() { return decode_report(host.stored.at("patchStatus"))->status; }
};

/// Every call fails like this.
auto always(Reply reply, bool taken = false) {
    return [reply, taken](const Call&) { return std::optional(HostDouble::Mishap{reply, taken}); };
}
/// Only this path's.
auto on(std::string end, Reply reply) {
    return [end = std::move(end), reply](const Call& call) {
        return call.path.ends_with(end) ? std::optional(HostDouble::Mishap{reply, false}) : std::nullopt;
    };
}

}  // namespace

TEST_CASE("The host hears who we are, how things stand, and every result once", "[host]") {
    Correspondent one;
    one.world.install();
    one.talk_until_all_is_said();
    CHECK(one.host.stored.contains("record"));
    CHECK(one.told() == one.world.state.patch_status());
    const auto runs = one.world.state.runs();
    for (const RunSummary& run : runs) {
        const std::string path = (run.kind == "Assessment" ? "assessments/" : "installations/") + run.activity_id;
        CHECK(one.host.deliveries[path] == 1);
    }
    const std::size_t calls = one.host.calls.size();
    one.begin_anew();
    CHECK(one.link->news(one.topics(), {}) == News::none);
    one.talk();
    CHECK(one.host.calls.size() == calls + 1);  // the goal is asked for, nothing said again
    one.world.machine.clocks.tick(5min);
    CHECK(one.link->news(one.topics(), {}) == News::now);
    one.talk();
    CHECK(one.host.sequence() == 2);
}

TEST_CASE("After any storm the host's view is the machine's state: nothing lost, nothing twice", "[host]") {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        INFO("seed " << seed);
        Dice dice(seed);
        Correspondent one;
        const std::vector<Reply> mishaps{silent(), silent(Silence::broken), replied(503), replied(429), replied(500), replied(409, R"({"acceptedSequence":7})"),
                                         replied(410), replied(401), replied(302), replied(200, "{"), replied(403)};
        one.host.mishap = [&](const Call&) -> std::optional<HostDouble::Mishap> {
            if (dice.number(0, 2) == 0) return std::nullopt;
            // Who says 200 and forgets all the same cannot be seen through.
            const Reply& reply = mishaps[dice.count(mishaps.size() - 1)];
            return HostDouble::Mishap{reply, reply.status == 200 || dice.coin()};
        };
        for (int step = 0; step < 25; ++step) {
            if (dice.number(0, 3) == 0) {
                one.world.packages.add({upgrade(fmt::format("package{}", step))});
                one.world.install();
            }
            if (dice.number(0, 5) == 0) one.begin_anew();
            one.talk();
            one.world.machine.clocks.tick(1min);
        }
        // What the host took although the answer was lost, it was told again under the same key; what it lied about, too.
        one.host.mishap = {};
        one.talk_until_all_is_said();
        CHECK(one.told() == one.world.state.patch_status());
        for (const RunSummary& run : one.world.state.runs()) {
            const std::string path = (run.kind == "Assessment" ? "assessments/" : "installations/") + run.activity_id;
            CHECK(one.host.deliveries[path] == 1);
        }
        CHECK(std::ranges::is_sorted(one.host.sequences, std::ranges::less_equal()) );
    }
}

TEST_CASE("A report is sent under the number it has on disk, also by the process after", "[host]") {
    Correspondent one;
    one.world.install();
    one.host.mishap = always(silent());
    one.talk();
    const std::string first = one.host.calls.at(0).path;
    const Report kept = *one.link->outbox().report();
    CHECK(kept.sequence == 1);
    one.begin_anew();
    one.host.mishap = {};
    one.talk_until_all_is_said();
    CHECK(one.host.sequences == std::vector<std::uint64_t>{1});
    CHECK(decode_report(one.host.stored.at("patchStatus"))->report_id == kept.report_id);
}

TEST_CASE("A disk that is full keeps a number from being used for two", "[host]") {
    Correspondent one;
    one.world.install();
    one.world.machine.files.fill_disk();
    one.talk();
    CHECK(one.host.sequences.empty());
    one.world.machine.files.free_disk();
    one.talk_until_all_is_said();
    CHECK(one.host.sequences == std::vector<std::uint64_t>{1});
}

TEST_CASE("A counter that was lost begins another stream; one that was set back is caught up with", "[host]") {
    Correspondent one;
    one.talk_until_all_is_said();
    for (int i = 0; i < 5; ++i) {
        one.world.machine.clocks.tick(6min);
        one.talk();
    }
    const std::uint64_t reached = one.host.sequence();
    const std::string instance = one.host.instance;
    Report old = *one.link->outbox().report();
    old.sequence = 2;
    one.world.machine.files.put(state_path / "outbox" / "patchStatus.json", encode(old));
    one.world.machine.files.erase(state_path / "outbox" / "ledger.json");
    one.talk_until_all_is_said();
    CHECK(one.host.sequence() > reached);
    CHECK(one.host.instance == instance);
    CHECK(one.world.machine.log.count(message::report_number_adopted) == 1);

    one.world.machine.files.erase(state_path / "outbox" / "patchStatus.json");
    one.talk_until_all_is_said();
    CHECK(one.host.instance != instance);
    CHECK(one.host.sequence() == 1);
}

TEST_CASE("A host that always sees a higher number is believed once", "[host]") {
    Correspondent one;
    one.host.mishap = on("patchStatus", replied(409, R"({"acceptedSequence":4000000000000000000})"));
    CHECK(one.talk().more);
    const std::uint64_t jumped = one.link->outbox().report()->sequence;
    const TalkOutcome second = one.link->talk(one.topics(), Talk::everything, {}, {}, 1min, {});
    CHECK_FALSE(second.more);
    CHECK(second.refused.contains("patchStatus"));
    CHECK(one.link->outbox().report()->sequence == jumped);
}

TEST_CASE("A host that has forgotten the machine gets everything anew, once", "[host]") {
    Correspondent one;
    one.talk_until_all_is_said();
    one.host.mishap = on("goalState", replied(410));
    CHECK(one.talk().more);
    one.host.mishap = {};
    const int before = one.host.deliveries["record"];
    one.talk_until_all_is_said();
    CHECK(one.host.deliveries["record"] == before + 1);

    one.host.mishap = always(replied(410));
    one.world.machine.clocks.tick(6min);
    one.world.install();
    CHECK(one.talk().more);
    const TalkOutcome again = one.talk();
    CHECK_FALSE(again.more);
    CHECK(one.link->news(one.topics(), again.refused) == News::none);
    one.host.mishap = {};
    one.talk_until_all_is_said();
    CHECK(one.host.deliveries["record"] == before + 2);
}

TEST_CASE("What the host will not take is not sent again at once, and holds nothing else up", "[host]") {
    Correspondent one;
    const Installation done = one.world.install().installation;
    one.host.mishap = on("installations/" + done.activity_id, replied(422));
    const TalkOutcome outcome = one.talk();
    CHECK(outcome.refused.contains("installations/" + done.activity_id));
    CHECK(one.host.stored.contains("patchStatus"));
    CHECK_FALSE(one.host.stored.contains("installations/" + done.activity_id));
    CHECK(one.link->news(one.topics(), outcome.refused) == News::none);
    CHECK(one.link->news(one.topics(), {}) == News::now);
    CHECK(one.link->outbox().summary(one.world.settings.host.url).trouble->code == "HTTP_422");
    one.host.mishap = {};
    one.talk_until_all_is_said();
    CHECK(one.host.deliveries["installations/" + done.activity_id] == 1);
    CHECK_FALSE(one.link->outbox().summary(one.world.settings.host.url).trouble);
}

TEST_CASE("A result that is too large is sent with fewer patches, the most important first", "[host]") {
    Correspondent one;
    for (int i = 0; i < 300; ++i) one.world.packages.add({upgrade(fmt::format("package{:03}", i), Classification::other)});
    const std::string id = one.world.install().installation.assessment_id;
    std::size_t limit = 100'000;
    one.host.mishap = [&](const Call& call) -> std::optional<HostDouble::Mishap> {
        if (call.body.size() <= limit) return std::nullopt;
        return HostDouble::Mishap{replied(413), false};
    };
    one.talk_until_all_is_said();
    const std::string& sent = one.host.stored.at("assessments/" + id);
    CHECK(sent.size() <= limit);
    CHECK(sent.contains("PACKAGE_LIST_TRUNCATED"));
    CHECK(sent.contains("openssl"));
    CHECK(sent.contains(R"("otherPatchCount":300)"));
}

TEST_CASE("A goal state that is sound is kept as it came; one that is not changes nothing and is named once", "[host]") {
    Correspondent one;
    one.host.goal = R"({"goalSequence":3,"patchSettings":{"patchMode":"AutomaticByPlatform"}})";
    one.host.etag = "\"g3\"";
    CHECK(one.talk().goal_changed);
    CHECK(*one.world.machine.files.read(one.world.state.goal_state()) == one.host.goal);
    CHECK_FALSE(one.talk().goal_changed);
    CHECK(one.link->outbox().ledger(one.world.settings.host.url).goal->sequence == 3);

    const std::string sound = one.host.goal;
    one.host.goal = R"({"goalSequence":4,"patchSettings":{"patchMode":"rm -rf /"}})";
    one.host.etag = "\"g4\"";
    for (int i = 0; i < 3; ++i) CHECK_FALSE(one.talk().goal_changed);
    CHECK(*one.world.machine.files.read(one.world.state.goal_state()) == sound);
    CHECK(one.world.machine.log.count(message::goal_state_refused) == 1);
    const auto status = goal_status(one.link->outbox().ledger(one.world.settings.host.url));
    REQUIRE(status);
    CHECK(status->message.contains("patchSettings.patchMode"));

    one.host.goal.clear();
    CHECK(one.talk().goal_changed);
    CHECK_FALSE(one.world.machine.files.info(one.world.state.goal_state()));
}

TEST_CASE("Trouble is told when it begins and when it is over, and dated from its beginning", "[host]") {
    Correspondent one;
    one.host.mishap = always(silent());
    const Instant began = one.world.machine.clocks.wall();
    for (int i = 0; i < 4; ++i) {
        CHECK(one.talk().failed);
        one.world.machine.clocks.tick(10min);
    }
    CHECK(one.world.machine.log.count(message::host_unreachable) == 1);
    CHECK(one.link->outbox().summary(one.world.settings.host.url).trouble->at == began);
    one.host.mishap = {};
    one.talk_until_all_is_said();
    CHECK(one.world.machine.log.count(message::host_reachable) == 1);
}

TEST_CASE("A key that others may read is not used, and the host hears nothing", "[host]") {
    Correspondent one;
    one.world.settings.host.bearer_token_file = "/etc/guestpatch/token";
    REQUIRE(one.world.machine.files.write_durably("/etc/guestpatch/token", "secret", Readers::everyone));
    CHECK(one.talk().failed);
    CHECK(one.host.exchanges.empty());
    CHECK(one.world.machine.log.count(message::credential_unsafe) == 1);
    REQUIRE(one.world.machine.files.write_durably("/etc/guestpatch/token", "secret\n", Readers::owner));
    one.talk_until_all_is_said();
    CHECK(one.host.exchanges.back().credentials.bearer == "secret");
}

TEST_CASE("Results nobody takes for a month are struck off, and only the newest fifty wait", "[host]") {
    Correspondent one;
    one.talk_until_all_is_said();
    one.host.mishap = always(silent());
    for (int i = 0; i < 40; ++i) one.world.install();
    one.talk();
    CHECK(one.link->outbox().summary(one.world.settings.host.url).results <= most_results);
    CHECK(one.world.machine.log.count(message::reports_dropped) == 1);
    one.world.machine.clocks.tick(24h * 31);
    one.talk();
    CHECK(one.link->outbox().summary(one.world.settings.host.url).results == 10);  // a clock that leaps must not take them all
}

TEST_CASE("Another host has heard nothing yet", "[host]") {
    Correspondent one;
    one.world.install();
    one.talk_until_all_is_said();
    one.world.settings.host.url = "https://other.example/v1";
    CHECK(one.link->news(one.topics(), {}) == News::now);
    const int before = one.host.deliveries["patchStatus"];
    one.talk();
    CHECK(one.host.exchanges.back().url == "https://other.example/v1");
    CHECK(one.host.deliveries["patchStatus"] == before);  // the same report under the same key
}

TEST_CASE("Waiting at the host asks for the goal, and for nothing else", "[host]") {
    Correspondent one;
    one.talk_until_all_is_said();
    one.talk(Talk::await_goal);
    CHECK(one.host.exchanges.back().calls.size() == 1);
    CHECK(one.host.exchanges.back().calls.front().headers.back() == Header{"Prefer", "wait=55"});
    one.world.install();
    one.talk(Talk::reports);
    for (const Call& call : one.host.exchanges.back().calls) CHECK(call.method != "GET");
}
