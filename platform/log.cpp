#include "platform/log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace guestpatch {
namespace {

constexpr std::array<std::string_view, 4> level_words{"debug", "info", "warning", "error"};

}  // namespace

std::optional<LogLevel> parse_log_level(std::string_view word) {
    const auto found = std::ranges::find(level_words, word);
    if (found == level_words.end()) return std::nullopt;
    return static_cast<LogLevel>(found - level_words.begin());
}

std::string log_line(LogLevel level, std::string_view sentence, std::initializer_list<LogField> fields) {
    std::string line = fmt::format("guestpatch: {}: {}", level_words[static_cast<std::size_t>(level)], sentence);
    for (const LogField& field : fields) line += fmt::format(" {}={}", field.name, field.value);
    return line + '\n';
}

}  // namespace guestpatch
