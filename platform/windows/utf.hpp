// UTF-8 inside, UTF-16 where Windows is asked. For this folder only.
#pragma once

#include <string>
#include <string_view>

namespace guestpatch::os {

/// Broken bytes become U+FFFD.
[[nodiscard]] std::wstring wide(std::string_view text);

/// Lone surrogates become U+FFFD.
[[nodiscard]] std::string utf8(std::wstring_view text);

}  // namespace guestpatch::os
