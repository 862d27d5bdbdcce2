#include "packagers/apt/version.hpp"

#include <algorithm>

namespace guestpatch::apt {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// '~' sorts before the end of the text, letters before all other characters.
int weight(char c) {
    if (c == '~') return -1;
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return static_cast<unsigned char>(c) + (letter ? 0 : 256);
}

/// The weight of what stands in front of the next number; 0 where there is nothing.
int next_weight(std::string_view text) {
    return text.empty() || is_digit(text.front()) ? 0 : weight(text.front());
}

std::string_view take_number(std::string_view& text) {
    text.remove_prefix(std::min(text.find_first_not_of('0'), text.size()));
    const std::size_t end = static_cast<std::size_t>(std::ranges::find_if_not(text, is_digit) - text.begin());
    const std::string_view number = text.substr(0, end);
    text.remove_prefix(end);
    return number;
}

/// Numbers may have any length: a longer one without leading zeros is the larger.
std::weak_ordering compare_numbers(std::string_view one, std::string_view other) {
    if (one.size() != other.size()) return one.size() <=> other.size();
    return one <=> other;
}

std::weak_ordering compare_parts(std::string_view one, std::string_view other) {
    while (!one.empty() || !other.empty()) {
        while (next_weight(one) != 0 || next_weight(other) != 0) {
            const int mine = next_weight(one);
            const int theirs = next_weight(other);
            if (mine != theirs) return mine <=> theirs;
            one.remove_prefix(1);
            other.remove_prefix(1);
        }
        const std::string_view mine = take_number(one);
        if (const auto order = compare_numbers(mine, take_number(other)); order != 0) return order;
    }
    return std::weak_ordering::equivalent;
}

struct Parts {
    std::string_view epoch;
    std::string_view upstream;
    std::string_view revision;
};

Parts split(std::string_view version) {
    Parts parts;
    if (const std::size_t colon = version.find(':'); colon != std::string_view::npos) {
        parts.epoch = version.substr(0, colon);
        version.remove_prefix(colon + 1);
    }
    const std::size_t hyphen = version.rfind('-');
    parts.upstream = version.substr(0, hyphen);
    if (hyphen != std::string_view::npos) parts.revision = version.substr(hyphen + 1);
    return parts;
}

}  // namespace

std::weak_ordering compare_versions(std::string_view one, std::string_view other) {
    const Parts mine = split(one);
    const Parts theirs = split(other);
    if (const auto order = compare_parts(mine.epoch, theirs.epoch); order != 0) return order;
    if (const auto order = compare_parts(mine.upstream, theirs.upstream); order != 0) return order;
    return compare_parts(mine.revision, theirs.revision);
}

}  // namespace guestpatch::apt
