#include "agent/wire/events.hpp"

#include "platform/messages.hpp"
#include "tests/catch.hpp"

using namespace guestpatch;

namespace {

EventBatch batch() {
    return {"7d1f3c3a-0b52-4d8e-a1f0-3a6f0c1b2d44",
            "b2b6a1de-0d8f-4b0c-8c1c-6f3a2a7b1e55",
            {{"0.1.0", Instant(seconds(1'800'000'000)), "assessed", EventLevel::informational, "caf\xC3\xA9 \"x\"\n", 612, 640,
              "a-b"},
             {"0.1.0", Instant(seconds(1'800'000'001)), "hook_failed", EventLevel::warning, "x", 1, 0, ""},
             {"0.1.0", Instant(seconds(1'800'000'002)), "not_verified", EventLevel::error, "x", 1, 0, ""}}};
}

std::string replaced(std::string text, std::string_view what, std::string_view with) {
    const auto at = text.find(what);
    REQUIRE(at != std::string::npos);
    return text.replace(at, what.size(), with);
}

}  // namespace

TEST_CASE("A batch of events has the bytes of the schema and survives them", "[wire][events]") {
    EventBatch one = batch();
    CHECK(decode_events(encode(one)) == one);
    one.events.resize(1);
    CHECK(encode(one) ==
          R"({"batchId":"7d1f3c3a-0b52-4d8e-a1f0-3a6f0c1b2d44","agentInstanceId":"b2b6a1de-0d8f-4b0c-8c1c-6f3a2a7b1e55",)"
          R"("events":[{"Version":"0.1.0","Timestamp":"2027-01-15T08:00:00Z","TaskName":"assessed",)"
          R"("EventLevel":"Informational","Message":")"
          "caf\xC3\xA9"
          R"( \"x\"\n","EventPid":"612","EventTid":"640","OperationId":"a-b"}]})");
}

TEST_CASE("A batch that no host would take is refused, and where", "[wire][events]") {
    const std::string text = encode(batch());
    for (const std::string name : {"batchId", "agentInstanceId", "events", "Version", "Timestamp", "TaskName", "EventLevel",
                                   "Message", "EventPid", "EventTid", "OperationId"}) {
        const auto decoded = decode_events(replaced(text, "\"" + name + "\"", "\"other\""));
        CAPTURE(name);
        REQUIRE_FALSE(decoded);
        CHECK(decoded.error().message.contains(name));
    }
    CHECK(decode_events(replaced(text, "7d1f", "../x")).error().message == "batchId: is not a GUID in lower case");
    CHECK(decode_events(replaced(text, "\"612\"", "\"-1\"")).error().message == "events[0].EventPid: is not a number in a string");
    CHECK_FALSE(decode_events(replaced(text, "\"612\"", "612")));
    CHECK_FALSE(decode_events(replaced(text, "Informational", "Splendid")));
    CHECK_FALSE(decode_events(replaced(text, "\"x\"", "\"\"")));
    EventBatch crowded = batch();
    crowded.events.resize(most_events + 1, crowded.events[0]);
    CHECK(decode_events(encode(crowded)).error().message == "events: has 361 events, expected 1 to 360");
    crowded.events.clear();
    CHECK_FALSE(decode_events(encode(crowded)));
}

TEST_CASE("An event is cut to what the VM agent takes, between characters", "[events]") {
    HostEvent event = batch().events[0];
    event.message.clear();
    while (event.message.size() < 4000) event.message += "\xE6\xBC\xA2";  // three bytes
    event.message.insert(0, "x");
    event.operation = std::string(9000, 'o');
    event.task = "bad \xFF";
    const HostEvent cut = fitted(event);
    CHECK(cut.message.size() <= longest_event_message);
    CHECK(cut.message.size() > longest_event_message - 3);
    CHECK(cut.message.ends_with("\xE6\xBC\xA2"));
    CHECK(cut.task == "bad \xEF\xBF\xBD");
    CHECK(cut.version.size() + cut.task.size() + cut.message.size() + cut.operation.size() < 6000);
    CHECK(decode_events(encode(EventBatch{batch().id, batch().instance, {cut}})));
    CHECK(fitted({.task = "assessed"}).message == "assessed");
    CHECK(fitted({}).message == "-");
}

TEST_CASE("An event about lost events has the name the catalogue gives it", "[events]") {
    CHECK(dropped_events(3, "0.1.0", {}).task == message::events_dropped.name);
}
