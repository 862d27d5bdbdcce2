// patchStatus.json: VirtualMachinePatchStatus (docs/wire/patch-status.schema.json).
#pragma once

#include <string>
#include <string_view>

#include "agent/domain/patch_status.hpp"
#include "platform/base/result.hpp"

namespace guestpatch {

[[nodiscard]] std::string encode(const PatchStatus& status);
Result<PatchStatus> decode_patch_status(std::string_view text);

}  // namespace guestpatch
