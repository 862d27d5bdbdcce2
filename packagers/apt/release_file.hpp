// The head of a repository's Release or InRelease file. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace guestpatch::apt {

/// Who publishes a repository and how it wants to be treated
/// (https://wiki.debian.org/DebianRepository/Format).
struct Release {
    std::string origin;
    std::string label;
    std::string suite;
    std::string codename;
    bool not_automatic = false;          ///< never a candidate by itself: experimental, backports
    bool lists_all_separately = true;    ///< false: packages of "all" stand in every architecture's index
    std::string architectures;           ///< blank separated; empty when not stated

    friend bool operator==(const Release&, const Release&) = default;
};

/// Reads the fields above; an OpenPGP frame around them is passed over, unknown fields too.
[[nodiscard]] Release parse_release(std::string_view text);

/// The size the file states for an uncompressed index ("main/binary-amd64/Packages").
[[nodiscard]] std::optional<std::uint64_t> stated_size(std::string_view text, std::string_view index);

/// Whether the repository has that index, in any compression, with anything in it.
[[nodiscard]] bool has_index(std::string_view text, std::string_view index);

}  // namespace guestpatch::apt
