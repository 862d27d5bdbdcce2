// attempts.json: our own ledger, root's to write, everyone's to read.
#pragma once

#include <string>
#include <string_view>

#include "agent/domain/attempts.hpp"
#include "platform/base/result.hpp"

namespace guestpatch {

[[nodiscard]] std::string encode(const Attempts& attempts);
/// Refuses a document whose schema number is newer than ours.
Result<Attempts> decode_attempts(std::string_view text);

}  // namespace guestpatch
