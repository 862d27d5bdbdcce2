// A judgement of the machine's health, as documents carry it. For the codecs in this folder only.
#pragma once

#include "agent/domain/health.hpp"
#include "platform/base/json.hpp"

namespace guestpatch::wire {

void write_health(JsonWriter& out, const Health& health);
[[nodiscard]] Health read_health(const JsonReader& in);

}  // namespace guestpatch::wire
