// Which guestpatch this is.
#pragma once

#include <string>
#include <string_view>

namespace guestpatch {

/// "0.1.0"
[[nodiscard]] std::string_view version();
/// Commit, compiler and system of this build.
[[nodiscard]] std::string_view build_description();
/// The libraries compiled or linked in, "fmt 9.1.0, RapidJSON ...".
[[nodiscard]] std::string library_versions();

}  // namespace guestpatch
