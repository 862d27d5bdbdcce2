#include "platform/base/guid.hpp"

#include <fmt/format.h>

namespace guestpatch {

std::string format_guid(const GuidBytes& bytes) {
    std::string guid;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) guid += '-';
        guid += fmt::format("{:02x}", bytes[i]);
    }
    return guid;
}

std::string format_guid_v4(GuidBytes bytes) {
    bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0FU) | 0x40U);
    bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3FU) | 0x80U);
    return format_guid(bytes);
}

}  // namespace guestpatch
