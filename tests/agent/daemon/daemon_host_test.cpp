#include "agent/daemon/daemon.hpp"

#include <fmt/format.h>

#include "agent/engine/patch_mode.hpp"
#include "agent/wire/report.hpp"
#include "platform/messages.hpp"
#include "tests/agent/daemon/life.hpp"
#include "tests/fakes/host_double.hpp"

using namespace guestpatch;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::days day{1};
constexpr const char* one_id = "aaaaaaaa-2222-4333-8444-555555555555";

struct Employed {
    Life life;
    HostDouble host{life.world.machine.processes};

    Employed() {
        life.configuration.settings.host.url = "https://host.example/v1";
        life.configuration.settings.host.interval = 5min;
        life.world.packages.add({upgrade("openssl")});
    }
    World& world() { return life.world; }
    void ask(GoalOperation operation) {
        operation.name = "Operation";
        if (!life.configuration.goal) life.configuration.goal = GoalState{.sequence = 1};
        life.configuration.goal->operations.push_back(std::move(operation));
    }
    GoalOperation installation(std::string id = one_id) {
        return {.activity_id = std::move(id),
                .kind = GoalKind::installation,
                .request = {.selection = {.classifications = {Classification::security}}},
                .maximum_duration = 2h};
    }
    PatchStatus told() { return decode_report(host.stored.at("patchStatus"))->status; }
};

}  // namespace

TEST_CASE("The host's view is the machine's state after two days, with a word every five minutes", "[daemon][host]") {
    Employed one;
    one.life.live(noon + 2 * day);
    CHECK(one.told() == one.world().state.patch_status());
    CHECK(one.host.sequences.size() >= 2 * 288);
    CHECK(one.host.sequences.size() <= 2 * 288 + 20);
    for (const Installation& installation : one.life.installations()) {
        CHECK(one.host.deliveries["installations/" + installation.activity_id] == 1);
    }
    CHECK_FALSE(one.life.installations().empty());
}

TEST_CASE("A host that is dead for a week costs nothing but silence, and hears everything when it is back", "[daemon][host]") {
    Employed one;
    const Instant back = noon + 7 * day;
    one.host.mishap = [&](const Call&) -> std::optional<HostDouble::Mishap> {
        if (one.world().machine.clocks.wall() >= back) return std::nullopt;
        return HostDouble::Mishap{silent(), false};
    };
    for (int i = 0; i < 7; ++i) one.world().packages.add({upgrade(fmt::format("package{}", i))});
    const auto asked = one.life.live(back + 1h);
    CHECK(one.life.installations().size() >= 1);
    CHECK(one.host.calls.size() < 7 * 24 * 10);  // pauses grow to a quarter of an hour
    CHECK(asked.size() < 7 * 24 * 30);
    CHECK(one.world().machine.log.count(message::host_unreachable) == 1);
    CHECK(one.told() == one.world().state.patch_status());
    for (const Installation& installation : one.life.installations()) {
        CHECK(one.host.deliveries["installations/" + installation.activity_id] == 1);
    }
}

TEST_CASE("Once after each boot the host hears of it", "[daemon][host]") {
    Employed one;
    one.life.live(noon + 1h);
    const std::string before = decode_report(one.host.stored.at("patchStatus"))->boot_id;
    restart(one.world());
    one.life.live(noon + 1h + 1min);
    CHECK(decode_report(one.host.stored.at("patchStatus"))->boot_id != before);
    CHECK(one.host.stored.at("record").contains(one.world().machine.clocks.boot_id()));
}

TEST_CASE("What the host asks for is done once, under its own id, and told", "[daemon][host]") {
    Employed one;
    one.life.configuration.settings.patch_mode = "ImageDefault";
    one.ask(one.installation());
    one.ask({.activity_id = "bbbbbbbb-2222-4333-8444-555555555555", .kind = GoalKind::assessment, .sequence = 1});
    one.life.live(noon + 2h);
    one.life.live(noon + 4h);
    REQUIRE(one.life.installations().size() == 1);
    CHECK(one.life.installations().front().activity_id == one_id);
    CHECK(one.life.installations().front().started_by == StartedBy::user);
    CHECK(one.world().packages.installed == std::set<std::string>{"openssl"});
    CHECK(one.host.deliveries[fmt::format("installations/{}", one_id)] == 1);
    CHECK(one.host.deliveries["assessments/bbbbbbbb-2222-4333-8444-555555555555"] == 1);
    const auto book = one.world().state.requests();
    REQUIRE(book);
    for (const Request& request : book->requests) CHECK(request.state == RequestState::ended);
    check_nothing_is_open(one.world());
}

TEST_CASE("Something for later is begun when its time has come, and not after it", "[daemon][host]") {
    Employed one;
    one.life.configuration.settings.patch_mode = "ImageDefault";
    GoalOperation later = one.installation();
    later.start = noon + 3h;
    later.not_after = noon + 5h;
    one.ask(later);
    GoalOperation missed = one.installation("cccccccc-2222-4333-8444-555555555555");
    missed.not_after = noon - 1h;
    one.ask(missed);
    one.life.live(noon + 6h);
    const auto done = one.world().state.installation(one_id);
    REQUIRE(done);
    CHECK(done->started >= noon + 3h);
    const auto declined = one.world().state.installation("cccccccc-2222-4333-8444-555555555555");
    REQUIRE(declined);
    CHECK(declined->status == OperationStatus::failed);
    CHECK(declined->errors.front().code == "OperationExpired");
    CHECK(one.world().machine.log.count(message::host_operation_expired) == 1);
}

TEST_CASE("An operation nobody knows is reported as such, and changes nothing else", "[daemon][host]") {
    Employed one;
    one.life.configuration.settings.patch_mode = "ImageDefault";
    one.ask({.activity_id = one_id, .kind = GoalKind::unknown});
    one.life.live(noon + 1h);
    CHECK(one.host.stored.at(fmt::format("installations/{}", one_id)).contains("OperationNotSupported"));
    CHECK_FALSE(one.world().state.patch_status().installation);
    CHECK(one.world().packages.calls.empty());
}

TEST_CASE("Killed or without power at any write, what the host asked for is done once and told once", "[daemon][host]") {
    for (const auto end : {Life::End::power_cut, Life::End::sigkill}) {
        int writes = 0;
        bool cut = true;
        for (; cut; ++writes) {
            INFO((end == Life::End::sigkill ? "SIGKILL" : "power cut") << " after " << writes << " writes");
            Employed one;
            one.life.configuration.settings.patch_mode = "ImageDefault";
            one.life.configuration.settings.host.interval = 1h;  // every report is a write, too
            one.ask(one.installation());
            one.world().machine.files.cut_power_after(writes);
            one.life.live_through(noon + 150min, end);
            cut = one.life.ends > 0;
            const auto result = one.world().state.installation(one_id);
            REQUIRE(result);
            CHECK(result->status != OperationStatus::in_progress);
            CHECK(one.host.deliveries[fmt::format("installations/{}", one_id)] == 1);
            CHECK(one.told() == one.world().state.patch_status());
            check_nothing_is_open(one.world());
        }
        CHECK(writes > 10);
    }
}

TEST_CASE("A run nobody admits is tried again in its window, and was no attempt", "[daemon][host]") {
    Employed one;
    one.life.configuration.settings.host.admission = true;
    one.host.admission = R"({"granted":false,"retryAfterSeconds":1800,"holder":"db-7"})";
    one.life.live(noon + 1 * day);
    const auto asked = std::ranges::count_if(one.host.calls, [](const Call& call) { return call.id == "admission"; });
    CHECK(asked >= 10);
    CHECK(asked <= 16);
    for (const Installation& refused : one.life.installations()) CHECK(one.host.deliveries["installations/" + refused.activity_id] == 1);
    CHECK(one.life.outcomes() == std::vector{WindowOutcome::not_admitted});
    CHECK_FALSE(one.world().state.timetable().attempted);
    one.host.admission = R"({"granted":true})";
    one.life.live(noon + 2 * day);
    CHECK(one.world().packages.installed == std::set<std::string>{"openssl"});
    CHECK(one.life.outcomes().back() == WindowOutcome::met);
}

TEST_CASE("Of tries that came to nothing while the host was dead the last one is kept", "[daemon][host]") {
    Employed one;
    one.life.configuration.settings.host.admission = true;
    one.host.mishap = [](const Call&) { return std::optional(HostDouble::Mishap{silent(), false}); };
    one.life.live(noon + 1 * day);
    CHECK(one.life.installations().size() == 1);
    CHECK(one.life.outcomes() == std::vector{WindowOutcome::not_admitted});
}

TEST_CASE("A mode the host asks for changes hands off-peak; one of the administrator's at once", "[daemon][host]") {
    Employed one;
    one.life.configuration.settings.mode_from_host = true;
    one.life.live(noon + 9h);
    CHECK_FALSE(patch_mode_is_applied(one.world().machine.files, one.world().state, one.life.configuration.settings));
    one.life.live(noon + 12h);
    CHECK(patch_mode_is_applied(one.world().machine.files, one.world().state, one.life.configuration.settings));

    Employed other;
    other.life.live(noon + 1min);
    CHECK(patch_mode_is_applied(other.world().machine.files, other.world().state, other.life.configuration.settings));
}

TEST_CASE("A courier that waits at the host is called back when there is news", "[daemon][host]") {
    Employed one;
    one.life.configuration.settings.host.long_poll = true;
    one.life.live(noon + 1h);
    const auto polls = std::ranges::count_if(one.host.exchanges, [](const Exchange& exchange) {
        return exchange.calls.size() == 1 && std::ranges::find(exchange.calls.front().headers, Header{"Prefer", "wait=55"}) != exchange.calls.front().headers.end();
    });
    CHECK(polls > 0);
}
