// The report envelope around patchStatus (docs/wire/report.schema.json): what is sent, and what the outbox keeps.
#pragma once

#include <string>
#include <string_view>

#include "agent/domain/outbox.hpp"
#include "platform/base/result.hpp"

namespace guestpatch {

/// The same report always becomes the same bytes: it may be sent twice under one id.
[[nodiscard]] std::string encode(const Report& report);
Result<Report> decode_report(std::string_view text);

/// {"acceptedSequence": n} of a 409; nothing when it says nothing usable.
[[nodiscard]] std::optional<std::uint64_t> decode_accepted_sequence(std::string_view text);

}  // namespace guestpatch
