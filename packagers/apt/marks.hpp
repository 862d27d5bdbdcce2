// Packages marked "automatically installed": naming a package to apt-get clears its mark.
#pragma once

#include <string>
#include <vector>

#include "packagers/apt/questions.hpp"
#include "packagers/package_manager.hpp"
#include "platform/files.hpp"

namespace guestpatch::apt {

/// Which of these must carry the mark after an installation: those that do now, and new ones.
[[nodiscard]] std::vector<std::string> automatic(Files& files, const std::vector<Patch>& patches);

/// Sets the mark where it is missing; asks nothing of apt where none is.
Result<void> mark_automatic(Files& files, const Questions& questions, const std::vector<std::string>& names,
                            Context& context);

}  // namespace guestpatch::apt
