// POST admissions (docs/wire/admission-request.schema.json, admission-answer.schema.json).
#pragma once

#include <string>
#include <string_view>

#include "agent/domain/admission.hpp"
#include "platform/base/result.hpp"

namespace guestpatch {

[[nodiscard]] std::string encode(const AdmissionRequest& request);
/// Only a clear yes is one: `granted` must be there.
Result<AdmissionAnswer> decode_admission(std::string_view text);

}  // namespace guestpatch
