// Which packages apt considers automatically installed: /var/lib/apt/extended_states, deb822. Pure.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace guestpatch::apt {

/// "name:architecture" of every package marked "automatically installed"; apt names an architecture for packages
/// of all of them, too: the machine's own.
[[nodiscard]] std::set<std::string, std::less<>> parse_extended_states(std::string_view text);

}  // namespace guestpatch::apt
