// What `apt-get update` complained about. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "packagers/patch.hpp"

namespace guestpatch::apt {

/// What one refresh left unseen, in apt's own words.
struct UpdateFailures {
    std::vector<BlindSpot> sources;  ///< one per repository, "URI suite", the gravest complaint of each
    bool lists_locked = false;       ///< somebody else refreshes at this moment
    std::string lock_holder;         ///< apt's sentence about who
    std::string first_error;         ///< the first E: line that names no repository
};

/// Reads the W: and E: lines of standard error. apt's exit status cannot be relied on: a repository that
/// could not be reached leaves it at 0 unless APT::Update::Error-Mode=any is known.
[[nodiscard]] UpdateFailures parse_update_failures(std::string_view err);

/// A line of progress on standard output: "dlstatus:3:45.2:..." -> 45.
[[nodiscard]] std::optional<int> parse_update_percent(std::string_view line);

}  // namespace guestpatch::apt
