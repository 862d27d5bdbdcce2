// The rule at the end of a compiled zone file: how the zone goes on after its last recorded transition. Pure.
#pragma once

#include <chrono>
#include <string_view>
#include <vector>

#include "platform/base/result.hpp"
#include "platform/base/zone_rules.hpp"

namespace guestpatch {

/// Reads a POSIX TZ string as zone files carry it ("CET-1CEST,M3.5.0,M10.5.0/3", RFC 9636 section 3.3.1) and lays it
/// out over the years `first` to `last`. Sorted; the first period reaches back. Errc::invalid.
Result<std::vector<ZonePeriod>> expand_footer(std::string_view text, std::chrono::year first, std::chrono::year last);

}  // namespace guestpatch
