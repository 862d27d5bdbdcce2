// What was logged, as the host is told of it: the keys of VM-agent extension events. Pure values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "platform/base/time.hpp"

namespace guestpatch {

enum class EventLevel { error, warning, informational };

struct HostEvent {
    std::string version;    ///< of this program
    Instant at;
    std::string task;       ///< name of the message in the catalogue
    EventLevel level = EventLevel::informational;
    std::string message;    ///< never empty
    std::int64_t pid = 0;
    std::int64_t tid = 0;   ///< tells the threads of one process apart
    std::string operation;  ///< activity id; empty: belongs to none

    friend bool operator==(const HostEvent&, const HostEvent&) = default;
};

/// What is sent at once. The host tells one that comes twice by `id` and `instance`.
struct EventBatch {
    std::string id;
    std::string instance;  ///< agentInstanceId
    std::vector<HostEvent> events;

    friend bool operator==(const EventBatch&, const EventBatch&) = default;
};

/// The VM agent takes no more events in one period; a batch holds no more.
constexpr std::size_t most_events = 360;
/// Characters; the VM agent cuts what is longer, and drops an event whose values have more than 6144 together.
constexpr std::size_t longest_event_message = 3072;
constexpr std::size_t longest_event_word = 256;

/// Within those limits (counted in bytes, so that no reader counts more), in valid UTF-8, with a message that is not empty.
[[nodiscard]] HostEvent fitted(HostEvent event);

/// In their order, in parts that fit a batch and one request each.
[[nodiscard]] std::vector<std::vector<HostEvent>> in_parts(std::vector<HostEvent> events);

/// "3 events were dropped: ...", for events nobody will see. Of this program, at `at`.
[[nodiscard]] HostEvent dropped_events(std::uint64_t count, std::string version, Instant at);

}  // namespace guestpatch
