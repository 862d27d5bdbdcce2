// place.json: what the instance metadata service said of this machine's place. Private; schema number inside.
#pragma once

#include <string>
#include <string_view>

#include "agent/domain/scope.hpp"
#include "platform/base/result.hpp"

namespace guestpatch {

[[nodiscard]] std::string encode(const MachinePlace& place);
Result<MachinePlace> decode_place(std::string_view text);

}  // namespace guestpatch
