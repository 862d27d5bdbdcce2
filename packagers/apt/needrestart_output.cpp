#include "packagers/apt/needrestart_output.hpp"

#include <algorithm>

#include "platform/base/text.hpp"

namespace guestpatch::apt {
namespace {

KernelState kernel_state(std::string_view number) {
    if (number == "1") return KernelState::current;
    if (number == "2") return KernelState::rebuilt;
    return number == "3" ? KernelState::newer : KernelState::unknown;
}

}  // namespace

RestartNeed parse_needrestart(std::string_view text) {
    RestartNeed need;
    while (!text.empty()) {
        std::string_view value = take_line(text);
        const std::string_view key = take_until(value, ':');
        value = trim(value);
        if (key == "NEEDRESTART-KSTA") {
            need.kernel = kernel_state(value);
        } else if (key == "NEEDRESTART-KEXP") {
            need.expected_kernel = value;
        } else if (key == "NEEDRESTART-SVC" && !value.empty() &&
                   std::ranges::find(need.services, value) == need.services.end()) {
            need.services.emplace_back(value);
        }
    }
    return need;
}

}  // namespace guestpatch::apt
