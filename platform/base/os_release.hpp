// os-release(5), pure.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace guestpatch {

/// NAME=value lines with shell quoting undone; anything else is skipped, as the manual asks.
[[nodiscard]] std::map<std::string, std::string> parse_os_release(std::string_view text);

/// What people call it: NAME without a trailing " GNU/Linux"; "Linux" when there is no NAME (the manual's default).
[[nodiscard]] std::string short_os_name(const std::map<std::string, std::string>& os_release);

}  // namespace guestpatch
