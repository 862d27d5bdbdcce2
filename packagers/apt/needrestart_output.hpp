// What `needrestart -b` says. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace guestpatch::apt {

/// How the running kernel compares with the one that would boot (needrestart's KSTA).
enum class KernelState { unknown, current, rebuilt, newer };

struct RestartNeed {
    KernelState kernel = KernelState::unknown;
    std::string expected_kernel;        ///< empty when it is not said
    std::vector<std::string> services;  ///< units that still run replaced files
};

/// Lines that are not understood are passed over: what this program adds is a help, not evidence.
[[nodiscard]] RestartNeed parse_needrestart(std::string_view text);

}  // namespace guestpatch::apt
