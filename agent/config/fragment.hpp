// One drop-in file: parsed, every fault with its line. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/domain/config_fault.hpp"
#include "platform/base/json.hpp"

namespace guestpatch {

/// A file's content as the merge needs it.
struct Fragment {
    std::string file;
    std::string text;  ///< kept for line numbers
    Json root;
    std::vector<ConfigFault> errors;    ///< wrong values, no JSON
    std::vector<ConfigFault> warnings;  ///< unknown keys, with a suggestion
};

/// JSON with comments and trailing commas. A fragment with errors still carries what was readable.
[[nodiscard]] Fragment parse_fragment(std::string file, std::string text);

}  // namespace guestpatch
