// VirtualMachineAssessPatchesResult with our own facts (docs/wire/assessment-result.schema.json).
#pragma once

#include <string>
#include <string_view>

#include "agent/domain/assessment.hpp"
#include "platform/base/result.hpp"

namespace guestpatch {

[[nodiscard]] std::string encode(const Assessment& assessment);
Result<Assessment> decode_assessment(std::string_view text);

}  // namespace guestpatch
