#include "platform/reboot.hpp"

#include <fmt/format.h>

#include "platform/linux/logind.hpp"

namespace guestpatch {

std::vector<std::string> restart_command(seconds delay, std::string_view message) {
    const auto minutes = std::chrono::ceil<std::chrono::minutes>(delay).count();
    return {"shutdown", "-r", minutes == 0 ? "now" : fmt::format("+{}", minutes), std::string(message)};
}

std::unique_ptr<Rebooter> make_rebooter(ProcessRunner& processes) {
    return os::make_logind_rebooter(make_shutdown_program(processes));
}

}  // namespace guestpatch
