#include "platform/process.hpp"

#include <fmt/format.h>

namespace guestpatch {

std::string describe(const Completion& completion) {
    switch (completion.end) {
        case RunEnd::exited: return fmt::format("exit status {}", completion.code);
        case RunEnd::signalled: return fmt::format("killed by signal {}", completion.code);
        case RunEnd::deadline: return "ended: its deadline passed";
        case RunEnd::silence: return "ended: it printed nothing for too long";
        case RunEnd::cancelled: return "a stop was requested";
        case RunEnd::lost: return "gone without an exit status";
    }
    return "ended";
}

}  // namespace guestpatch
