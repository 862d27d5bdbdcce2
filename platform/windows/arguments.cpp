#include "platform/arguments.hpp"

#include <windows.h>

#include <shellapi.h>

#include "platform/windows/utf.hpp"

namespace guestpatch {

/// What main() gets has been through the ANSI code page.
std::vector<std::string> utf8_arguments(int, char**) {
    int count = 0;
    wchar_t** words = ::CommandLineToArgvW(::GetCommandLineW(), &count);
    std::vector<std::string> arguments;
    for (int i = 1; i < count; ++i) arguments.push_back(os::utf8(words[i]));
    ::LocalFree(words);
    return arguments;
}

}  // namespace guestpatch
