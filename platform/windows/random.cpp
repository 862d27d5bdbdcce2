#include "platform/random.hpp"

#include <windows.h>

#include <bcrypt.h>

#include <cstdlib>

#include "platform/base/guid.hpp"

namespace guestpatch {

std::string make_guid() {
    GuidBytes bytes{};
    const NTSTATUS status =
        ::BCryptGenRandom(nullptr, bytes.data(), static_cast<ULONG>(bytes.size()), BCRYPT_USE_SYSTEM_PREFERRED_RNG);
    if (status < 0) std::abort();  // never seen; identifiers that repeat would be worse
    return format_guid_v4(bytes);
}

}  // namespace guestpatch
