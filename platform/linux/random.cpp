#include "platform/random.hpp"

#include <sys/random.h>

#include "platform/base/guid.hpp"

namespace guestpatch {

std::string make_guid() {
    GuidBytes bytes{};
    std::size_t filled = 0;
    while (filled < bytes.size()) {
        const ssize_t got = ::getrandom(bytes.data() + filled, bytes.size() - filled, 0);
        if (got > 0) filled += static_cast<std::size_t>(got);
    }
    return format_guid_v4(bytes);
}

}  // namespace guestpatch
