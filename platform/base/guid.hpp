// How a GUID is written.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace guestpatch {

using GuidBytes = std::array<unsigned char, 16>;

/// Lower case, in the order of the bytes: "8b3f1d5a-6c9e-4f02-a744-0d9b71e25c36".
[[nodiscard]] std::string format_guid(const GuidBytes& bytes);

/// The same, with RFC 9562's version 4 and variant bits put over random bytes.
[[nodiscard]] std::string format_guid_v4(GuidBytes bytes);

/// Whether `text` is written so: 36 characters, lower case.
[[nodiscard]] bool is_guid(std::string_view text);

/// The one that belongs to a text: the same everywhere and for ever (RFC 9562, version 8).
[[nodiscard]] std::string guid_of(std::string_view text);

}  // namespace guestpatch
