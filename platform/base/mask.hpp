// Name masks with the two wildcards of Azure's packageNameMasks: `*` any run, `?` any one character.
#pragma once

#include <string>
#include <string_view>

#include "platform/base/result.hpp"

namespace guestpatch {

/// Whether `pattern` matches the whole of `text`. Case matters, as in package names.
[[nodiscard]] bool wildcard_match(std::string_view pattern, std::string_view text);

/// One include or exclude entry as files and options write it: `name` or `name=version`, wildcards in both.
struct PatchMask {
    std::string name;
    std::string version = "*";

    [[nodiscard]] bool matches(std::string_view patch_name, std::string_view patch_version) const {
        return wildcard_match(name, patch_name) && wildcard_match(version, patch_version);
    }
    /// As it was written.
    [[nodiscard]] std::string text() const { return version == "*" ? name : name + "=" + version; }

    friend bool operator==(const PatchMask&, const PatchMask&) = default;
};

/// Errc::invalid for an empty name or version, blanks or control characters.
Result<PatchMask> parse_mask(std::string_view text);

}  // namespace guestpatch
