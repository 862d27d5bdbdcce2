#include "platform/base/guid.hpp"

#include <fmt/format.h>

#include "platform/base/hash.hpp"

namespace guestpatch {
namespace {

std::string format_version(GuidBytes bytes, unsigned char version) {
    bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0FU) | (static_cast<unsigned>(version) << 4U));
    bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3FU) | 0x80U);
    return format_guid(bytes);
}

}  // namespace

std::string format_guid(const GuidBytes& bytes) {
    std::string guid;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) guid += '-';
        guid += fmt::format("{:02x}", bytes[i]);
    }
    return guid;
}

std::string format_guid_v4(GuidBytes bytes) { return format_version(bytes, 4); }

bool is_guid(std::string_view text) {
    if (text.size() != 36) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        const bool digit = (text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f');
        if (dash ? text[i] != '-' : !digit) return false;
    }
    return true;
}

std::string guid_of(std::string_view text) {
    GuidBytes bytes{};
    const std::array<std::uint64_t, 2> halves{stable_hash(text), stable_hash(fmt::format("guestpatch {}", text))};
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<unsigned char>(halves[i / 8] >> (i % 8 * 8));
    return format_version(bytes, 8);
}

}  // namespace guestpatch
