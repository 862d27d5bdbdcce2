#include "packagers/apt/release_file.hpp"

#include <algorithm>
#include <charconv>
#include <functional>

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
    // A Release file has a thousand lines and is asked about a few: the line is searched for, not walked to.
    const std::boyer_moore_horspool_searcher searcher(index.begin(), index.end());
    auto from = text.begin();
    while (true) {
        const auto found = std::search(from, text.end(), searcher);
        if (found == text.end()) return std::nullopt;
        const auto at = static_cast<std::size_t>(found - text.begin());
        const std::size_t start = text.rfind('\n', at) + 1;  // npos + 1 is the beginning
        std::string_view line = text.substr(start, text.find('\n', at) - start);
        const auto entry = take_entry(line);
        if (entry && entry->name == index) return entry->size;
        from = found + 1;
    }
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
