#include "agent/host/event_spool.hpp"

#include <algorithm>

#include "agent/wire/events.hpp"
#include "platform/messages.hpp"
#include "tests/catch.hpp"
#include "tests/fakes/machine.hpp"

using namespace guestpatch;

namespace {

const std::string instance = "b2b6a1de-0d8f-4b0c-8c1c-6f3a2a7b1e55";
const Path folder = "/state/outbox/events";

HostEvent event(std::string message) {
    return {.version = "0.1.0",
            .at = Instant(seconds(1'800'000'000)),
            .task = "assessed",
            .message = std::move(message),
            .pid = 7,
            .tid = 8};
}

struct World : FakeMachine {
    EventSpool spool(std::uint64_t bound = EventSpool::usual_bound) { return {seams, folder, bound}; }
    EventBatch decoded(const SpooledBatch& batch) { return decode_events(spool().read(batch).value()).value(); }
    /// Every event that waits, and those that are told to be lost.
    std::uint64_t accounted_for() {
        std::uint64_t count = 0;
        for (const SpooledBatch& batch : spool().list()) count += batch.count;
        return count;
    }
    std::uint64_t size() {
        std::uint64_t size = 0;
        const auto files_there = files.list(folder);
        for (const FileInfo& file : files_there.value()) size += file.size;
        return size;
    }
};

}  // namespace

TEST_CASE("Events wait in order, one durable file a batch, until they are removed", "[events]") {
    World world;
    CHECK(world.spool().list().empty());
    CHECK(world.spool().add({event("a"), event("b")}, instance));
    world.clocks.tick(seconds(5));
    CHECK(world.spool().add({event("c")}, instance));
    CHECK(world.spool().add({}, instance));
    const auto waiting = world.spool().list();
    REQUIRE(waiting.size() == 2);
    CHECK(waiting[0].count == 2);
    CHECK(waiting[1].since == world.clocks.wall());
    CHECK(world.files.readers(folder / file_name(waiting[0])) == Readers::owner);
    const EventBatch first = world.decoded(waiting[0]);
    CHECK(first == EventBatch{waiting[0].id, instance, {event("a"), event("b")}});
    CHECK(world.spool().read(waiting[0]) == world.spool().read(waiting[0]));  // sent twice it is the same

    CHECK(world.spool().remove(waiting[0]));
    CHECK(world.spool().remove(waiting[0]));
    CHECK(world.spool().list() == std::vector{waiting[1]});
    CHECK(world.spool().read(waiting[0]).error().code == Errc::not_found);
    CHECK(world.spool().add({event("d")}, instance));
    CHECK(world.spool().list().back().number > waiting[1].number);
}

TEST_CASE("No batch has more events than the host takes", "[events]") {
    World world;
    CHECK(world.spool().add(std::vector<HostEvent>(most_events * 2 + 1, event("x")), instance));
    const auto waiting = world.spool().list();
    REQUIRE(waiting.size() == 3);
    CHECK(waiting[0].count == most_events);
    CHECK(waiting[2].count == 1);
    // A request carries a megabyte: long messages make smaller batches.
    World talkative;
    CHECK(talkative.spool().add(std::vector<HostEvent>(most_events, event(std::string(5000, 'x'))), instance));
    for (const SpooledBatch& batch : talkative.spool().list()) CHECK(batch.size < 512U << 10U);
    CHECK(talkative.accounted_for() == most_events);
}

TEST_CASE("What does not fit makes the oldest go, and one event counts them", "[events]") {
    World world;
    constexpr std::uint64_t bound = 20'000;
    std::uint64_t added = 0;
    for (int i = 0; i < 200; ++i) {
        CHECK(world.spool(bound).add({event(std::to_string(i)), event(std::string(300, 'x'))}, instance));
        added += 2;
        CHECK(world.size() <= bound);
    }
    CHECK(world.accounted_for() == added);
    const auto waiting = world.spool().list();
    REQUIRE(waiting.size() > 5);
    CHECK(waiting[0].holds == SpooledBatch::Holds::loss);
    CHECK(std::ranges::count(waiting, SpooledBatch::Holds::loss, &SpooledBatch::holds) == 1);
    const EventBatch told = world.decoded(waiting[0]);
    REQUIRE(told.events.size() == 1);
    CHECK(told.events[0].task == message::events_dropped.name);
    CHECK(told.events[0].message.starts_with(std::to_string(waiting[0].count) + " events were dropped"));
    CHECK(told.events[0].version == "0.1.0");
    CHECK(world.decoded(waiting.back()).events[0].message == "199");
    CHECK(world.log.count(message::events_dropped) == 1);  // not once for each batch

    // Told, it begins anew.
    CHECK(world.spool(bound).remove(waiting[0]));
    for (int i = 0; i < 20; ++i) CHECK(world.spool(bound).add({event(std::string(2000, 'y'))}, instance));
    CHECK(world.log.count(message::events_dropped) == 2);
}

TEST_CASE("A power cut at any write loses no event untold, and none is told lost that is sent", "[events]") {
    const int cut = GENERATE(range(0, 24));
    CAPTURE(cut);
    World world;
    constexpr std::uint64_t bound = 3000;
    std::uint64_t before = 0;
    for (int i = 0; i < 4; ++i) CHECK(world.spool(bound).add({event(std::string(300, 'x'))}, instance));
    before = world.accounted_for();
    CHECK(before == 4);

    world.files.cut_power_after(cut);
    std::uint64_t sure = 0;  // a batch whose write was confirmed
    while (world.spool(bound).add({event(std::string(300, 'y'))}, instance)) {
        ++sure;
        if (sure == 50) break;
    }
    world.files.restore_power();
    const std::uint64_t after = world.accounted_for();
    CHECK(after >= before + sure);
    CHECK(after <= before + sure + 1);
    for (const SpooledBatch& batch : world.spool().list()) CHECK(world.spool().read(batch));
    CHECK(world.spool(bound).add({event("z")}, instance));
    CHECK(world.size() <= bound);
    CHECK(world.accounted_for() == after + 1);
}

TEST_CASE("A full disk loses what was not written, nothing else", "[events]") {
    World world;
    CHECK(world.spool().add({event("a")}, instance));
    world.files.fill_disk();
    CHECK(world.spool().add({event("b")}, instance).error().code == Errc::no_space);
    CHECK(world.accounted_for() == 1);
}

TEST_CASE("A damaged batch is set aside, and foreign files are left alone", "[events]") {
    World world;
    CHECK(world.spool().add({event("a")}, instance));
    CHECK(world.spool().add({event("b")}, instance));
    const auto waiting = world.spool().list();
    const std::string damage = GENERATE(as<std::string>(), "", "{", "[]", R"({"batchId": "../x", "events": []})");
    world.files.put(folder / file_name(waiting[0]), damage);
    world.files.put(folder / "notes.txt", "mine");
    world.files.put(folder / "000000000000000009-x-1.json", "{}");
    CHECK(world.spool().list().size() == 2);
    CHECK(world.spool().read(world.spool().list()[0]).error().code == Errc::invalid);
    CHECK(world.files.read(folder / "damaged") == damage);
    CHECK(world.log.count(message::document_set_aside) == 1);
    CHECK(world.spool().list() == std::vector{waiting[1]});
    CHECK(world.files.read(folder / "notes.txt") == "mine");
}

TEST_CASE("A batch under another's name is not sent, and nothing travels that is no event", "[events]") {
    World world;
    CHECK(world.spool().add({event("a")}, instance));
    CHECK(world.spool().add({event("b")}, instance));
    const auto waiting = world.spool().list();
    std::string text = world.files.read(folder / file_name(waiting[1])).value();
    world.files.put(folder / file_name(waiting[0]), text);
    CHECK(world.spool().read(waiting[0]).error().code == Errc::invalid);
    text.insert(1, R"("smuggled": "secret", )");
    world.files.put(folder / file_name(waiting[1]), text);
    CHECK_FALSE(world.spool().read(waiting[1])->contains("secret"));
}

TEST_CASE("Names of batches are read as they are written, and no others", "[events]") {
    const SpooledBatch batch{.number = 42, .id = instance, .count = 17};
    CHECK(file_name(batch) == "000000000000000042-" + instance + "-17.json");
    CHECK(parse_file_name(file_name(batch)) == batch);
    const SpooledBatch loss{.number = 42, .id = instance, .count = 1234, .holds = SpooledBatch::Holds::loss};
    CHECK(parse_file_name("000000000000000042-" + instance + "-lost1234.json") == loss);
    const std::string zeros = "0000000000000000";
    const std::vector<std::string> others{"",
                                          ".json",
                                          "42-" + instance + "-17.json",
                                          zeros + "42-" + instance + "-017.json",
                                          zeros + "42-" + instance + "-.json",
                                          zeros + "42-" + instance + "-17",
                                          zeros + "4x-" + instance + "-17.json",
                                          zeros + "42_" + instance + "-17.json",
                                          zeros + "42-" + instance + "-99999999999999999999.json"};
    for (const std::string& name : others) {
        CAPTURE(name);
        CHECK_FALSE(parse_file_name(name));
    }
}
