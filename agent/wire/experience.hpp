// estimates.json: how long things took here. Root's to write, everyone's to read.
#pragma once

#include <string>
#include <string_view>

#include "agent/domain/experience.hpp"
#include "platform/base/result.hpp"

namespace guestpatch {

[[nodiscard]] std::string encode(const Experience& experience);
/// Refuses a document whose schema number is newer than ours.
Result<Experience> decode_experience(std::string_view text);

}  // namespace guestpatch
