// Small cuts through text, without copying it.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace guestpatch {

/// Takes the next line off the front of `rest`, without its line end (LF or CRLF). Empty at the end: test `rest` first.
inline std::string_view take_line(std::string_view& rest) {
    const std::size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

/// Takes the part before `separator` off the front of `rest`; all of it when there is no separator.
inline std::string_view take_until(std::string_view& rest, char separator) {
    const std::size_t end = rest.find(separator);
    const std::string_view part = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    return part;
}

/// Without blanks at either end.
inline std::string_view trim(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    const std::size_t first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// Without ASCII upper case.
[[nodiscard]] std::string to_lower(std::string_view text);

/// "a, b, c".
[[nodiscard]] std::string join(const std::vector<std::string>& parts, std::string_view separator = ", ");

/// Valid UTF-8 unchanged; every broken byte replaced by U+FFFD. What other programs print is not ours to trust.
[[nodiscard]] std::string to_valid_utf8(std::string_view text);

/// The member of `known` that `word` was probably meant to be: at most two edits away; empty when none is.
[[nodiscard]] std::string_view closest(std::string_view word, const std::vector<std::string_view>& known);

}  // namespace guestpatch
