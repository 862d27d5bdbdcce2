#include "platform/linux/descriptor.hpp"

#include <fmt/format.h>

#include <system_error>

namespace guestpatch::os {

Error system_error(std::string_view doing, int number) {
    const auto code = [number] {
        switch (number) {
            case ENOENT:
            case ENOTDIR: return Errc::not_found;
            case EACCES:
            case EPERM: return Errc::permission;
            case ENOSPC:
            case EDQUOT: return Errc::no_space;
            case EAGAIN: return Errc::busy;
            default: return Errc::failed;
        }
    };
    return {code(), fmt::format("{}: {}", doing, std::generic_category().message(number))};
}

}  // namespace guestpatch::os
