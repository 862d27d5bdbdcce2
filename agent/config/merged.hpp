// All fragments laid over each other, every value with the place it came from. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "agent/config/fragment.hpp"

namespace guestpatch {

/// Where something was said.
struct Origin {
    std::string file;      ///< empty: nowhere, it is the built-in default
    std::size_t line = 0;  ///< in that file

    /// "/etc/guestpatch/config.d/10-site.json:4" or "default".
    [[nodiscard]] std::string text() const;
    friend bool operator==(const Origin&, const Origin&) = default;
};

/// One key's value and its origin.
struct MergedValue {
    Json value;
    std::string file;      ///< empty: the built-in default
    std::size_t line = 0;  ///< in that file
    std::vector<Origin> items{};  ///< where each came from, of an array that merges by id; empty for others

    [[nodiscard]] std::string origin() const { return Origin{file, line}.text(); }
};

/// Every key of the schema, by full name.
using Merged = std::map<std::string, MergedValue, std::less<>>;

/// Later fragments win: scalars and arrays replace, objects merge, null resets to the default,
/// maintenanceConfigurations merge by `id`. Values with faults are passed over.
/// `os_type` decides the one default that differs: the patch mode leaves the machine as it was found.
[[nodiscard]] Merged merge(const std::vector<Fragment>& fragments, std::string_view os_type);

}  // namespace guestpatch
