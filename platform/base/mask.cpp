#include "platform/base/mask.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace guestpatch {

bool wildcard_match(std::string_view pattern, std::string_view text) {
    // Greedy with one step of memory: on a mismatch the last `*` swallows one more character.
    // Linear in memory, at worst pattern x text in time, so a hostile mask cannot explode.
    std::size_t p = 0;
    std::size_t t = 0;
    std::size_t star = std::string_view::npos;
    std::size_t resume = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            resume = t;
        } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

Result<PatchMask> parse_mask(std::string_view text) {
    const auto unprintable = [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f'; };
    const std::size_t equals = text.find('=');
    PatchMask mask{std::string(text.substr(0, equals))};
    if (equals != std::string_view::npos) mask.version = text.substr(equals + 1);
    if (mask.name.empty() || mask.version.empty() || std::ranges::any_of(text, unprintable)) {
        return Error{Errc::invalid, fmt::format("\"{}\" is not a mask of the form name or name=version", text)};
    }
    return mask;
}

}  // namespace guestpatch
