// A batch of events (docs/wire/events.schema.json): what is sent, and what waits for the host.
#pragma once

#include <string>
#include <string_view>

#include "agent/domain/event.hpp"
#include "platform/base/result.hpp"

namespace guestpatch {

/// The same batch always becomes the same bytes: it may be sent twice.
[[nodiscard]] std::string encode(const EventBatch& batch);
/// Takes nothing the schema would not take; members it does not know are left behind.
Result<EventBatch> decode_events(std::string_view text);

}  // namespace guestpatch
