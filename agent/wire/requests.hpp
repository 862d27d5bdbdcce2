// requests.json: which of the host's operations were begun.
#pragma once

#include <string>
#include <string_view>

#include "agent/domain/requests.hpp"
#include "platform/base/result.hpp"

namespace guestpatch {

[[nodiscard]] std::string encode(const RequestBook& book);
Result<RequestBook> decode_requests(std::string_view text);

}  // namespace guestpatch
