#include "platform/log.hpp"

namespace guestpatch {

std::optional<LogLevel> parse_log_level(std::string_view word) {
    if (word == "debug") return LogLevel::debug;
    if (word == "info") return LogLevel::info;
    if (word == "warning") return LogLevel::warning;
    if (word == "error") return LogLevel::error;
    return std::nullopt;
}

}  // namespace guestpatch
