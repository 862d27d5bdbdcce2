#include "agent/domain/event.hpp"

#include <fmt/format.h>

#include "platform/base/text.hpp"

namespace guestpatch {
namespace {

constexpr std::size_t most_text = 256U << 10U;  // of the messages of a part: far below what a request may carry

std::string cut(const std::string& text, std::size_t most) {
    std::string valid = to_valid_utf8(text);
    if (valid.size() <= most) return valid;
    std::size_t end = most;
    while (end > 0 && (static_cast<unsigned char>(valid[end]) & 0xC0U) == 0x80U) --end;  // not within a character
    valid.resize(end);
    return valid;
}

}  // namespace

HostEvent fitted(HostEvent event) {
    event.version = cut(event.version, longest_event_word);
    event.task = cut(event.task, longest_event_word);
    event.operation = cut(event.operation, longest_event_word);
    event.message = cut(event.message.empty() ? event.task : event.message, longest_event_message);
    if (event.message.empty()) event.message = "-";
    return event;
}

std::vector<std::vector<HostEvent>> in_parts(std::vector<HostEvent> events) {
    std::vector<std::vector<HostEvent>> parts;
    std::size_t text = 0;
    for (HostEvent& event : events) {
        HostEvent fitting = fitted(std::move(event));
        text += fitting.message.size();
        if (parts.empty() || parts.back().size() == most_events || text > most_text) {
            parts.emplace_back();
            text = fitting.message.size();
        }
        parts.back().push_back(std::move(fitting));
    }
    return parts;
}

HostEvent dropped_events(std::uint64_t count, std::string version, Instant at) {
    return {.version = std::move(version),
            .at = at,
            .task = "events_dropped",
            .level = EventLevel::warning,
            .message = fmt::format("{} events were dropped: more waited for the host than are kept", count)};
}

}  // namespace guestpatch
