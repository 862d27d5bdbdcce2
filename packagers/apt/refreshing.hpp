// Bringing the package lists up to date.
#pragma once

#include "packagers/apt/looking.hpp"
#include "packagers/apt/questions.hpp"
#include "packagers/package_manager.hpp"
#include "platform/seams.hpp"

namespace guestpatch::apt {

/// Deletes damaged lists first: apt would answer "Hit" and keep them.
Refresh refresh(Seams seams, const Questions& questions, Looker& looker, Context& context);

}  // namespace guestpatch::apt
