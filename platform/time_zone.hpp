// What the operating system knows about time zones.
#pragma once

#include <memory>
#include <string_view>

#include "platform/base/result.hpp"
#include "platform/base/zone_rules.hpp"

namespace guestpatch {

/// Exists so that tests own the zones. Read anew at each call: the machine's zone may be changed, and its zone data
/// is one of the packages that get patched.
class TimeZones {
  public:
    virtual ~TimeZones() = default;

    /// The rules of a zone from `from`, or 2000 where that is earlier, to `to` at least: an hourly recurrence counts
    /// from its start, long ago. `name`: "local" (the machine's own), "UTC", an IANA name or
    /// a Windows zone id, in any case. Errc::not_found names a zone nobody knows.
    virtual Result<ZoneRules> find(std::string_view name, Instant from, Instant to) = 0;
};

std::unique_ptr<TimeZones> make_time_zones();

}  // namespace guestpatch
