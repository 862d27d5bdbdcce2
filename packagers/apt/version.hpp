// Debian's order of versions, deb-version(7). Pure.
#pragma once

#include <compare>
#include <string_view>

namespace guestpatch::apt {

/// "1.0~rc1" < "1.0" < "1.0-1" < "1.0+b1" < "1:0.1"; "1.0" and "1.0-0" are equivalent.
[[nodiscard]] std::weak_ordering compare_versions(std::string_view one, std::string_view other);

}  // namespace guestpatch::apt
