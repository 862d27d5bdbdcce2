// native-updates/mode.json: which patch mode is applied, or on its way. Private; schema number inside.
#pragma once

#include <string>
#include <string_view>

#include "agent/domain/patch_mode.hpp"
#include "platform/base/result.hpp"

namespace guestpatch {

[[nodiscard]] std::string encode(const PatchModeRecord& record);
Result<PatchModeRecord> decode_patch_mode(std::string_view text);

}  // namespace guestpatch
