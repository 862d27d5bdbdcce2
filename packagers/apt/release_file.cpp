#include "packagers/apt/release_file.hpp"

#include <charconv>

#include "platform/base/text.hpp"

namespace guestpatch::apt {

Release parse_release(std::string_view text) {
    Release release;
    while (!text.empty()) {
        const std::string_view line = take_line(text);
        if (line.starts_with("SHA256:") || line.starts_with("MD5Sum:") || line.starts_with("-----BEGIN PGP SIGNATURE")) {
            break;  // the fields come first
        }
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos || line.starts_with(' ')) continue;
        const std::string name = to_lower(line.substr(0, colon));
        const std::string value(trim(line.substr(colon + 1)));
        if (name == "origin") release.origin = value;
        if (name == "label") release.label = value;
        if (name == "suite") release.suite = value;
        if (name == "codename") release.codename = value;
        if (name == "notautomatic") release.not_automatic = value == "yes";
        if (name == "architectures") release.architectures = value;
        if (name == "no-support-for-architecture-all") release.lists_all_separately = value.find("Packages") == std::string::npos;
    }
    return release;
}

std::optional<std::uint64_t> stated_size(std::string_view text, std::string_view index) {
    std::optional<std::uint64_t> compressed;
    while (!text.empty()) {
        const std::string_view line = take_line(text);
        if (!line.starts_with(' ')) continue;
        std::string_view rest = trim(line);  // "HASH SIZE NAME", with runs of blanks
        take_until(rest, ' ');
        rest = trim(rest);
        const std::string_view size = take_until(rest, ' ');
        const std::string_view name = trim(rest);
        if (!name.starts_with(index)) continue;
        std::uint64_t bytes = 0;
        std::from_chars(size.data(), size.data() + size.size(), bytes);
        if (name.size() == index.size()) return bytes;
        if (name[index.size()] == '.') compressed = bytes;
    }
    return compressed;
}

}  // namespace guestpatch::apt
