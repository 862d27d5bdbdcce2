// outbox/ledger.json: what the host has acknowledged. Private: nobody else reads it.
#pragma once

#include <string>
#include <string_view>

#include "agent/domain/outbox.hpp"
#include "platform/base/result.hpp"

namespace guestpatch {

[[nodiscard]] std::string encode(const Ledger& ledger);
Result<Ledger> decode_ledger(std::string_view text);

}  // namespace guestpatch
