// Programs of the administrator's that are run around an installation, and what came of them. Pure values.
#pragma once

#include <string>
#include <vector>

#include "platform/base/time.hpp"

namespace guestpatch {

enum class Hook { pre_install, post_install, post_reboot, on_result };

/// How one of them ended.
enum class HookEnd {
    exited,
    signalled,
    deadline,     ///< ended by us: it took too long
    cancelled,    ///< ended by us: a stop was requested
    not_started,  ///< there is no such program, or it could not be started
};

struct HookReport {
    Hook hook = Hook::pre_install;
    std::vector<std::string> command;
    HookEnd end = HookEnd::exited;
    int code = 0;  ///< exit status, or the signal's number
    seconds duration{};
    std::string output;  ///< the tail of both streams, valid UTF-8

    friend bool operator==(const HookReport&, const HookReport&) = default;
};

[[nodiscard]] inline bool is_well(const HookReport& report) { return report.end == HookEnd::exited && report.code == 0; }

}  // namespace guestpatch
