// What a message is, and how loud.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace guestpatch {

enum class LogLevel { debug, info, warning, error };

/// "debug", "info", "warning" or "error"; nothing for any other word.
std::optional<LogLevel> parse_log_level(std::string_view word);

/// A kind of sentence an operator may meet, by which machines tell it from all others. The catalogue is
/// platform/messages.hpp; docs/usage/messages.md shows it.
struct Message {
    std::uint16_t number = 0;   ///< Windows Event Log id
    std::string_view name;      ///< as in C++: lower case, words joined by _
    std::string_view id;        ///< journald MESSAGE_ID: 32 hexadecimal digits (systemd.journal-fields(7))
    LogLevel level = LogLevel::debug;
    std::string_view meaning;   ///< what has happened
    std::string_view remedy;    ///< what to do about it

    bool operator==(const Message& other) const { return number == other.number; }
};

}  // namespace guestpatch
