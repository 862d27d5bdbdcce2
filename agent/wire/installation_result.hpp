// VirtualMachineInstallPatchesResult with our own facts (docs/wire/installation-result.schema.json).
#pragma once

#include <string>
#include <string_view>

#include "agent/domain/installation.hpp"
#include "platform/base/result.hpp"

namespace guestpatch {

[[nodiscard]] std::string encode(const Installation& installation);
Result<Installation> decode_installation(std::string_view text);

}  // namespace guestpatch
