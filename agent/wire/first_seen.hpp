// firstSeen.json: our own ledger, root's to write, everyone's to read.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/domain/first_seen.hpp"
#include "platform/base/result.hpp"

namespace guestpatch {

[[nodiscard]] std::string encode(const std::vector<FirstSeen>& ledger);
/// Refuses a document whose schema number is newer than ours.
Result<std::vector<FirstSeen>> decode_first_seen(std::string_view text);

}  // namespace guestpatch
