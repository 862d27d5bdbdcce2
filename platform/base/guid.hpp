// How a GUID is written.
#pragma once

#include <array>
#include <string>

namespace guestpatch {

using GuidBytes = std::array<unsigned char, 16>;

/// Lower case, in the order of the bytes: "8b3f1d5a-6c9e-4f02-a744-0d9b71e25c36".
[[nodiscard]] std::string format_guid(const GuidBytes& bytes);

/// The same, with RFC 9562's version 4 and variant bits put over random bytes.
[[nodiscard]] std::string format_guid_v4(GuidBytes bytes);

}  // namespace guestpatch
