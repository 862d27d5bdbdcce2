// What must be said of what could not be seen. Pure.
#pragma once

#include <optional>

#include "packagers/apt/dpkg_status.hpp"
#include "packagers/apt/lists.hpp"
#include "packagers/apt/update_output.hpp"
#include "packagers/package_manager.hpp"
#include "platform/process.hpp"

namespace guestpatch::apt {

/// What is left to say of a refresh when it failed without naming a source.
[[nodiscard]] std::optional<BlindSpot> whole_failure(const Result<Completion>& completion,
                                                     const UpdateFailures& failures);

/// Names what dpkg has not finished, and says whether that needs a repair.
void note_broken_packages(Sight& sight, const InstalledPackages& installed);

/// A machine without sources, or without a security pocket, sees no security update at all.
void note_missing_sources(Sight& sight, const Lists& lists);

}  // namespace guestpatch::apt
