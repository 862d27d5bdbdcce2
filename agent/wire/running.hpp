// The text of the operation lock: who holds it and since when.
#pragma once

#include <string>
#include <string_view>

#include "agent/domain/running.hpp"
#include "platform/base/result.hpp"

namespace guestpatch {

[[nodiscard]] std::string encode(const RunningOperation& operation);
Result<RunningOperation> decode_running(std::string_view text);

}  // namespace guestpatch
