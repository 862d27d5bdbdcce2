#include "agent/wire/events.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "agent/wire/parts.hpp"
#include "platform/base/guid.hpp"

namespace guestpatch {
namespace {

/// The VM agent's words, in the order of the enumerators.
constexpr std::array<std::string_view, 3> levels{"Error", "Warning", "Informational"};

std::string read_word(const JsonReader& in, std::size_t most) {
    std::string text = in.string();
    if (text.size() > most) in.fail(fmt::format("longer than {} bytes", most));
    return text;
}

std::string read_filled_word(const JsonReader& in, std::size_t most) {
    std::string text = read_word(in, most);
    if (text.empty()) in.fail("is empty");
    return text;
}

std::string read_guid(const JsonReader& in) {
    std::string text = in.string();
    if (!is_guid(text)) in.fail("is not a GUID in lower case");
    return text;
}

EventLevel read_level(const JsonReader& in) {
    const auto found = std::ranges::find(levels, std::string_view(in.string()));
    if (found == levels.end()) in.fail("is none of the levels we write");
    return static_cast<EventLevel>(found == levels.end() ? 0 : found - levels.begin());
}

/// Digits in a string.
std::int64_t read_number(const JsonReader& in) {
    const std::string text = in.string();
    std::int64_t number = -1;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (code != std::errc() || end != text.data() + text.size() || number < 0) in.fail("is not a number in a string");
    return number;
}

HostEvent read_event(const JsonReader& in) {
    return {.version = read_filled_word(in.member("Version"), longest_event_word),
            .at = in.member("Timestamp").parsed(parse_instant),
            .task = read_filled_word(in.member("TaskName"), longest_event_word),
            .level = read_level(in.member("EventLevel")),
            .message = read_filled_word(in.member("Message"), longest_event_message),
            .pid = read_number(in.member("EventPid")),
            .tid = read_number(in.member("EventTid")),
            .operation = read_word(in.member("OperationId"), longest_event_word)};
}

EventBatch read_batch(const JsonReader& in) {
    EventBatch batch{.id = read_guid(in.member("batchId")), .instance = read_guid(in.member("agentInstanceId"))};
    const auto events = in.member("events").elements();
    if (events.empty() || events.size() > most_events) {
        in.member("events").fail(fmt::format("has {} events, expected 1 to {}", events.size(), most_events));
        return batch;
    }
    for (const JsonReader& event : events) batch.events.push_back(read_event(event));
    return batch;
}

}  // namespace

std::string encode(const EventBatch& batch) {
    JsonWriter out;
    out.begin_object();
    out.key("batchId").string(batch.id);
    out.key("agentInstanceId").string(batch.instance);
    out.key("events").begin_array();
    for (const HostEvent& event : batch.events) {
        out.begin_object();
        out.key("Version").string(event.version);
        out.key("Timestamp").string(format_instant(event.at));
        out.key("TaskName").string(event.task);
        out.key("EventLevel").string(levels.at(static_cast<std::size_t>(event.level)));
        out.key("Message").string(event.message);
        out.key("EventPid").string(std::to_string(event.pid));
        out.key("EventTid").string(std::to_string(event.tid));
        out.key("OperationId").string(event.operation);
        out.end_object();
    }
    out.end_array();
    out.end_object();
    return out.take();
}

Result<EventBatch> decode_events(std::string_view text) { return wire::decode(text, read_batch); }

}  // namespace guestpatch
