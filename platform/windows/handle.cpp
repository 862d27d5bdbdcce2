#include "platform/windows/handle.hpp"

#include <fmt/format.h>

#include <array>

#include "platform/base/text.hpp"
#include "platform/windows/utf.hpp"

namespace guestpatch::os {
namespace {

Errc code_of(DWORD number) {
    switch (number) {
        case ERROR_FILE_NOT_FOUND:
        case ERROR_PATH_NOT_FOUND:
        case ERROR_DIRECTORY:
        case ERROR_BAD_NETPATH: return Errc::not_found;
        case ERROR_ACCESS_DENIED:
        case ERROR_PRIVILEGE_NOT_HELD:
        case ERROR_WRITE_PROTECT: return Errc::permission;
        case ERROR_DISK_FULL:
        case ERROR_HANDLE_DISK_FULL: return Errc::no_space;
        case ERROR_SHARING_VIOLATION:
        case ERROR_LOCK_VIOLATION: return Errc::busy;
        default: return Errc::failed;
    }
}

std::string message_of(DWORD number) {
    std::array<wchar_t, 512> buffer{};
    const DWORD length = ::FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, nullptr, number,
                                          0, buffer.data(), static_cast<DWORD>(buffer.size()), nullptr);
    const std::string text = utf8({buffer.data(), length});
    std::string_view sentence = trim(text);
    if (sentence.ends_with('.')) sentence.remove_suffix(1);
    return sentence.empty() ? fmt::format("Windows error {}", number) : std::string(sentence);
}

}  // namespace

Error system_error(std::string_view doing, DWORD number) {
    return {code_of(number), fmt::format("{}: {}", doing, message_of(number))};
}

}  // namespace guestpatch::os
