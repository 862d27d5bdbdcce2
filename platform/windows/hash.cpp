#include "platform/windows/hash.hpp"

#include <windows.h>

#include <bcrypt.h>

#include <algorithm>
#include <array>
#include <vector>

#include "platform/base/guid.hpp"

namespace guestpatch::os {

std::string derived_guid(std::string_view key, std::string_view text) {
    BCRYPT_ALG_HANDLE algorithm = nullptr;
    if (::BCryptOpenAlgorithmProvider(&algorithm, BCRYPT_SHA256_ALGORITHM, nullptr, BCRYPT_ALG_HANDLE_HMAC_FLAG) < 0) {
        return "";
    }
    std::vector<unsigned char> secret(key.begin(), key.end());
    std::vector<unsigned char> input(text.begin(), text.end());
    std::array<unsigned char, 32> digest{};
    const NTSTATUS status =
        ::BCryptHash(algorithm, secret.data(), static_cast<ULONG>(secret.size()), input.data(),
                     static_cast<ULONG>(input.size()), digest.data(), static_cast<ULONG>(digest.size()));
    ::BCryptCloseAlgorithmProvider(algorithm, 0);
    if (status < 0) return "";
    GuidBytes bytes{};
    std::copy_n(digest.begin(), bytes.size(), bytes.begin());
    return format_guid_v4(bytes);
}

}  // namespace guestpatch::os
