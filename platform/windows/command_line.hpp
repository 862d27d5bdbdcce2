// From an argv and a list of variables to what CreateProcessW takes. For this folder only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace guestpatch::os {

/// Where `name` is found: as given when it names a folder, else in the system's own folders, never in the
/// current one. Empty when there is none.
[[nodiscard]] std::wstring find_program(std::string_view name);

/// One string from which CommandLineToArgvW and every C runtime read `argv` again.
[[nodiscard]] std::wstring command_line(const std::vector<std::string>& argv);

/// The clean environment plus `extra` ("NAME=value"), in the shape of a Unicode environment block.
[[nodiscard]] std::wstring environment_block(const std::vector<std::string>& extra);

}  // namespace guestpatch::os
