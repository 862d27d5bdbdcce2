// What goes between agent and courier: one exchange on its standard input, its replies on its standard output.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/domain/exchange.hpp"
#include "platform/base/result.hpp"

namespace guestpatch {

/// With its secrets: for a pipe, never for a file.
[[nodiscard]] std::string encode(const Exchange& exchange);
Result<Exchange> decode_exchange(std::string_view text);

/// {"replies": [...]}
[[nodiscard]] std::string encode(const std::vector<Reply>& replies);
/// For the agent, which takes the courier's word for hostile: bounded, and every member checked.
Result<std::vector<Reply>> decode_replies(std::string_view text);

}  // namespace guestpatch
