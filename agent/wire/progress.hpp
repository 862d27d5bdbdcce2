// progress.json in the runtime folder: where the running operation stands. Gone with the power, and no loss.
#pragma once

#include <string>
#include <string_view>

#include "agent/domain/progress.hpp"
#include "platform/base/result.hpp"

namespace guestpatch {

[[nodiscard]] std::string encode(const OperationProgress& progress);
Result<OperationProgress> decode_progress(std::string_view text);

}  // namespace guestpatch
