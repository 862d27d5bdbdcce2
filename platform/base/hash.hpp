// A stable, well mixed number of a text: the same on every machine and in every version. Not for secrets.
#pragma once

#include <cstdint>
#include <string_view>

#include "platform/base/time.hpp"

namespace guestpatch {

/// FNV-1a, then the finalizer of splitmix64: neighbouring texts end far apart.
[[nodiscard]] constexpr std::uint64_t stable_hash(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    hash = (hash ^ (hash >> 30U)) * 0xbf58476d1ce4e5b9U;
    hash = (hash ^ (hash >> 27U)) * 0x94d049bb133111ebU;
    return hash ^ (hash >> 31U);
}

/// The share of `span` that belongs to `text`: 0 <= share < span; 0 of nothing.
[[nodiscard]] constexpr seconds stable_share(std::string_view text, seconds span) {
    if (span <= seconds(0)) return seconds(0);
    return seconds(static_cast<std::int64_t>(stable_hash(text) % static_cast<std::uint64_t>(span.count())));
}

}  // namespace guestpatch
