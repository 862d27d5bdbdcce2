// GUIDs that say the same thing every time, made from something that must not be shown. For this folder only.
#pragma once

#include <string>
#include <string_view>

namespace guestpatch::os {

/// HMAC-SHA256 of `text` under `key`, its first half in the shape of a version 4 GUID: what
/// sd_id128_get_machine_app_specific(3) does. Empty when Windows cannot compute it.
[[nodiscard]] std::string derived_guid(std::string_view key, std::string_view text);

}  // namespace guestpatch::os
