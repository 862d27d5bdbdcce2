// journal.json: the State of the running operation. Ours alone; root's to read and write.
#pragma once

#include <string>
#include <string_view>

#include "agent/domain/lifecycle.hpp"
#include "platform/base/result.hpp"

namespace guestpatch {

[[nodiscard]] std::string encode(const State& state);
/// Refuses a document whose schema number is newer than ours.
Result<State> decode_journal(std::string_view text);

}  // namespace guestpatch
