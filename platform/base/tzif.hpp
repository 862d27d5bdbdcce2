// Compiled zone files (TZif, RFC 9636), as /usr/share/zoneinfo holds them. Pure.
#pragma once

#include <string_view>

#include "platform/base/result.hpp"
#include "platform/base/zone_rules.hpp"

namespace guestpatch {

/// The rules a zone file holds for all time to `to`, its footer included: "slim" files record no transition that the
/// footer can tell. The name is left empty. Errc::invalid for anything else, and for files that count leap seconds.
Result<ZoneRules> decode_tzif(std::string_view bytes, Instant to);

}  // namespace guestpatch
