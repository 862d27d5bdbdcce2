#include "packagers/apt/release_file.hpp"

#include <charconv>

#include "platform/base/text.hpp"

namespace guestpatch::apt {
namespace {

/// A line of a checksum section: " HASH SIZE NAME", with runs of blanks.
struct Entry {
    std::uint64_t size = 0;
    std::string_view name;
};

std::optional<Entry> take_entry(std::string_view& text) {
    while (!text.empty()) {
        const std::string_view line = take_line(text);
        if (!line.starts_with(' ')) continue;
        std::string_view rest = trim(line);
        take_until(rest, ' ');
        rest = trim(rest);
        const std::string_view size = take_until(rest, ' ');
        Entry entry{.name = trim(rest)};
        const auto [end, error] = std::from_chars(size.data(), size.data() + size.size(), entry.size);
        if (error == std::errc() && end == size.data() + size.size() && !entry.name.empty()) return entry;
    }
    return std::nullopt;
}

}  // namespace

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
    while (const auto entry = take_entry(text)) {
        if (entry->name == index) return entry->size;
    }
    return std::nullopt;
}

bool has_index(std::string_view text, std::string_view index) {
    while (const auto entry = take_entry(text)) {
        const bool variant = entry->name.starts_with(index) && (entry->name.size() == index.size() || entry->name[index.size()] == '.');
        if (variant && entry->name.size() == index.size()) return entry->size > 0;
        if (variant && entry->size > 0 && !stated_size(text, index)) return true;
    }
    return false;
}

}  // namespace guestpatch::apt
