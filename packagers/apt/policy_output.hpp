// What `apt-cache policy NAMES` knows of each version of a package. Pure.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "platform/base/result.hpp"

namespace guestpatch::apt {

/// One version in a package's table, newest first there. Views point into apt's text.
struct PolicyVersion {
    std::string_view version;
    int priority = 0;
    std::optional<int> phased_percent;      ///< only while a phased rollout is under way
    bool installed = false;                 ///< apt marks it ***
    std::vector<std::string_view> sources;  ///< index descriptions, "URI suite/component arch Packages"; dpkg's status left out
};

struct PackagePolicy {
    std::string_view name;       ///< with ":architecture" for a foreign one
    std::string_view installed;  ///< empty when it is not installed
    std::string_view candidate;  ///< empty when there is none
    bool pinned = false;         ///< a pin names this very package
    std::vector<PolicyVersion> versions;
};

/// Splits the text without copying it. Errc::invalid names the line that makes no sense.
Result<std::vector<PackagePolicy>> parse_policy(std::string_view text);

}  // namespace guestpatch::apt
