#include "platform/reboot.hpp"

namespace guestpatch {

std::vector<std::string> restart_command(seconds delay, std::string_view message) {
    return {"shutdown", "/r", "/t", std::to_string(delay.count()), "/c", std::string(message)};
}

std::unique_ptr<Rebooter> make_rebooter(ProcessRunner& processes) {
    return make_shutdown_program(processes);
}

}  // namespace guestpatch
