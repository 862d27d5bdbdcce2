#include "platform/base/os_release.hpp"

#include "platform/base/text.hpp"

namespace guestpatch {
namespace {

std::string unquote(std::string_view value) {
    std::string plain;
    char quote = '\0';
    for (std::size_t i = 0; i < value.size(); ++i) {
        const char c = value[i];
        if (c == '\\' && quote != '\'' && i + 1 < value.size()) {
            plain += value[++i];
        } else if (quote == '\0' && (c == '"' || c == '\'')) {
            quote = c;
        } else if (quote != '\0' && c == quote) {
            quote = '\0';
        } else {
            plain += c;
        }
    }
    return plain;
}

}  // namespace

std::map<std::string, std::string> parse_os_release(std::string_view text) {
    std::map<std::string, std::string> fields;
    while (!text.empty()) {
        const std::string_view line = trim(take_line(text));
        const std::size_t equals = line.find('=');
        if (line.starts_with('#') || equals == std::string_view::npos || equals == 0) continue;
        fields[std::string(line.substr(0, equals))] = unquote(line.substr(equals + 1));
    }
    return fields;
}

std::string short_os_name(const std::map<std::string, std::string>& os_release) {
    const auto name = os_release.find("NAME");
    if (name == os_release.end() || name->second.empty()) return "Linux";
    constexpr std::string_view suffix = " GNU/Linux";
    std::string_view text = name->second;
    if (text.ends_with(suffix)) text.remove_suffix(suffix.size());
    return std::string(text);
}

}  // namespace guestpatch
