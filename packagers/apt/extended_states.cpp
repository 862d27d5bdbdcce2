#include "packagers/apt/extended_states.hpp"

#include "platform/base/text.hpp"

namespace guestpatch::apt {

std::set<std::string, std::less<>> parse_extended_states(std::string_view text) {
    std::set<std::string, std::less<>> marked;
    while (!text.empty()) {
        std::string_view package;
        std::string_view architecture;
        bool automatic = false;
        while (!text.empty()) {
            std::string_view value = take_line(text);
            if (value.empty()) break;
            const std::string_view name = take_until(value, ':');
            if (name == "Package") package = trim(value);
            if (name == "Architecture") architecture = trim(value);
            if (name == "Auto-Installed") automatic = trim(value) == "1";
        }
        if (automatic && !package.empty()) marked.insert(std::string(package) + ":" + std::string(architecture));
    }
    return marked;
}

}  // namespace guestpatch::apt
