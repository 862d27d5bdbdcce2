#include "platform/windows/utf.hpp"

#include <windows.h>

namespace guestpatch::os {

std::wstring wide(std::string_view text) {
    const int length = static_cast<int>(text.size());
    std::wstring converted;
    converted.resize(static_cast<std::size_t>(::MultiByteToWideChar(CP_UTF8, 0, text.data(), length, nullptr, 0)));
    ::MultiByteToWideChar(CP_UTF8, 0, text.data(), length, converted.data(), static_cast<int>(converted.size()));
    return converted;
}

std::string utf8(std::wstring_view text) {
    const int length = static_cast<int>(text.size());
    std::string converted;
    converted.resize(
        static_cast<std::size_t>(::WideCharToMultiByte(CP_UTF8, 0, text.data(), length, nullptr, 0, nullptr, nullptr)));
    ::WideCharToMultiByte(CP_UTF8, 0, text.data(), length, converted.data(), static_cast<int>(converted.size()),
                          nullptr, nullptr);
    return converted;
}

}  // namespace guestpatch::os
