#include "agent/host/recording_log.hpp"

#include <set>
#include <thread>

#include "platform/messages.hpp"
#include "tests/catch.hpp"
#include "tests/fakes/clocks.hpp"
#include "tests/fakes/log.hpp"

using namespace guestpatch;

namespace {

struct World {
    FakeClocks clocks;
    FakeLog inner;
    RecordingLog log{inner, clocks, "0.1.0"};
};

}  // namespace

TEST_CASE("Everything is passed on, and remembered only while somebody wants it", "[events]") {
    World world;
    world.log.tell(message::assessed, "seen");
    CHECK(world.inner.count(message::assessed) == 1);
    CHECK_FALSE(world.log.has_events());
    world.log.record(Recording::on);
    world.log.tell(message::assessed, "seen again");
    CHECK(world.log.has_events());
    world.log.record(Recording::off);
    CHECK(world.log.take().empty());
    world.log.set_least(LogLevel::error);
    CHECK(world.inner.least_asked == LogLevel::error);
}

TEST_CASE("An event says who, when, how bad and which run", "[events]") {
    World world;
    world.log.record(Recording::on);
    world.log.debug("looking");
    world.log.tell(message::patch_given_up, "again", {{"patch", "curl"}, {"activity", "a-b"}});
    world.log.tell(message::state_not_written, "no space");
    world.log.tell(message::assessed, "");
    const auto events = world.log.take();
    REQUIRE(events.size() == 3);
    CHECK(events[0].version == "0.1.0");
    CHECK(events[0].at == world.clocks.wall());
    CHECK(events[0].task == "patch_given_up");
    CHECK(events[0].level == EventLevel::warning);
    CHECK(events[0].message == "again patch=curl");
    CHECK(events[0].operation == "a-b");
    CHECK(events[0].pid > 0);
    CHECK(events[1].level == EventLevel::error);
    CHECK(events[2].level == EventLevel::informational);
    CHECK(events[2].message == "assessed");  // never empty
    CHECK_FALSE(world.log.has_events());
    CHECK(world.log.take().empty());
}

TEST_CASE("A flood is counted, not remembered", "[events]") {
    World world;
    world.log.record(Recording::on);
    for (std::size_t i = 0; i < RecordingLog::most_remembered + 7; ++i) world.log.tell(message::assessed, std::to_string(i));
    auto events = world.log.take();
    REQUIRE(events.size() == RecordingLog::most_remembered + 1);
    CHECK(events.front().message == "0");
    CHECK(events.back().task == message::events_dropped.name);
    CHECK(events.back().message.starts_with("7 events"));

    // What could not be kept comes back first, within the same bound.
    world.log.tell(message::assessed, "new");
    events.resize(3);
    world.log.put_back(std::move(events));
    const auto again = world.log.take();
    REQUIRE(again.size() == 4);
    CHECK(again[0].message == "0");
    CHECK(again[3].message == "new");
    world.log.put_back(std::vector<HostEvent>(RecordingLog::most_remembered + 2, again[0]));
    CHECK(world.log.take().back().message.starts_with("2 events"));
}

TEST_CASE("Threads write while another takes, and nothing is lost or doubled", "[events]") {
    World world;
    world.log.record(Recording::on);
    std::set<std::string> seen;
    std::size_t count = 0;
    const auto collect = [&] {
        for (const HostEvent& event : world.log.take()) {
            seen.insert(event.message);
            ++count;
        }
    };
    {
        std::vector<std::jthread> writers;
        for (int thread = 0; thread < 3; ++thread) {
            writers.emplace_back([&world, thread] {
                for (int i = 0; i < 100; ++i) world.log.tell(message::assessed, std::to_string(thread) + "-" + std::to_string(i));
            });
        }
        for (int i = 0; i < 20; ++i) collect();
    }
    collect();
    CHECK(seen.size() == 300);
    CHECK(count == 300);
}
