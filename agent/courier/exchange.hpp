// What the courier does: one exchange, call by call.
#pragma once

#include <string_view>
#include <vector>

#include "agent/wire/exchange.hpp"
#include "platform/http.hpp"

namespace guestpatch {

/// Makes the calls in order. It ends after the first that gets no answer, and when the answers have grown past 2 MiB: the
/// agent asks for the rest another time. Every call gets an X-Request-Id nobody else has, and `agent` as User-Agent.
[[nodiscard]] std::vector<Reply> carry_out(const Exchange& exchange, Http& http, std::string_view agent);

}  // namespace guestpatch
