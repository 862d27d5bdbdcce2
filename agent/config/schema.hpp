// Every configuration key: its kind, its default, what is allowed. One table; validation, defaults,
// suggestions, `config show` and the documentation all read it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "platform/base/json.hpp"

namespace guestpatch {

/// What a value must look like.
enum class KeyKind {
    word,          ///< one of a closed list
    text,          ///< any string
    flag,          ///< true or false
    whole_number,  ///< 0 to 1000
    duration,      ///< ISO 8601
    time_of_day,   ///< "22:00"
    zone,          ///< name of a time zone; whether there is one, the machine knows
    day,           ///< "2028-06-30" or ""
    instant,       ///< RFC 3339 or ""
    words,         ///< array of words of a closed list
    masks,         ///< array of name[=version] masks
    origin_rules,  ///< array of origin rules (packagers/apt/sources.hpp)
    texts,         ///< array of strings
    commands,      ///< array of argv arrays
    objects,       ///< array of objects, read by their own code
    text_map,      ///< object of strings
    flag_or_auto,  ///< true, false or "auto"
    base_url,      ///< of a host (agent/config/host_url.hpp) or ""
    metrics_file,  ///< absolute path of a *.prom or ""
};

struct KeyRule {
    std::string_view key;  ///< "assessment.interval"
    KeyKind kind;
    std::string_view fallback;  ///< default, as JSON
    std::string_view allowed;   ///< for words: "A|B|C"; for durations: "least|most", either may be empty, or ""
};

[[nodiscard]] std::span<const KeyRule> configuration_keys();

/// The rule for a full key; nullptr when there is none.
[[nodiscard]] const KeyRule* find_key(std::string_view key);
/// Whether some key lies below `prefix`: the value there must be an object.
[[nodiscard]] bool is_section(std::string_view prefix);

/// What is wrong with a value, as "expected ..., found ..."; nothing when it fits.
[[nodiscard]] std::optional<std::string> find_fault(const KeyRule& rule, const Json& value);

}  // namespace guestpatch
