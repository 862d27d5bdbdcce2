// Windows' names of time zones and everybody else's.
#pragma once

#include <span>
#include <string_view>

namespace guestpatch {

struct WindowsZone {
    std::string_view id;    ///< "W. Europe Standard Time"
    std::string_view iana;  ///< "Europe/Berlin"
    std::string_view link;  ///< the older name of `iana`, where zone data may know only one of them; or empty
    bool obsolete = false;  ///< Windows has given it up: another id stands for `iana`
};

/// Every id the maintenance service accepts, sorted by id without regard to case.
[[nodiscard]] std::span<const WindowsZone> windows_zones();

/// In any case; nullptr when there is none.
[[nodiscard]] const WindowsZone* find_windows_zone(std::string_view id);
/// The zone an IANA name or its older one stands for, in any case; nullptr when there is none.
[[nodiscard]] const WindowsZone* find_windows_zone_of(std::string_view iana);

}  // namespace guestpatch
