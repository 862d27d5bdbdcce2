// The package lists on disk: which repositories they really cover. Reads files, runs nothing.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "packagers/apt/sources.hpp"
#include "packagers/patch.hpp"
#include "platform/files.hpp"

namespace guestpatch::apt {

/// What a package index belongs to.
struct Source {
    std::string repository;  ///< "URI suite"
    Release release;
    bool security = false;
};

/// What the lists on disk amount to.
struct Lists {
    std::map<std::string, Source, std::less<>> by_description;  ///< key: IndexTarget::description
    std::vector<BlindSpot> blind_spots;                         ///< lists that are missing or empty and should not be
    std::vector<Path> damaged;  ///< to be deleted before a refresh: apt answers "Hit" to an empty list and keeps it
    std::optional<Instant> last_change;  ///< when a list was last replaced
    bool extended_support = false;
};

/// Compares what apt would use with what is there. A power cut can leave a list of 0 bytes beside a good
/// InRelease; apt then calls the machine up to date (measured: a cut while unpacking, Debian 12).
Lists inspect_lists(Files& files, const std::vector<IndexTarget>& targets, const SecurityRules& rules);

}  // namespace guestpatch::apt
