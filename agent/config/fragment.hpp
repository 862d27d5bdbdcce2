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

/// Looks at every value of `fragment.root`: errors and warnings join those it has.
void check(Fragment& fragment);

/// "line 3: Missing a comma", as the parser says it, as a fault of the file.
[[nodiscard]] ConfigFault syntax_fault(const std::string& file, std::string_view message);

}  // namespace guestpatch
