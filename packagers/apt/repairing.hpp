// Putting right what an interrupted run left behind.
#pragma once

#include "packagers/apt/installing.hpp"
#include "packagers/apt/questions.hpp"
#include "packagers/package_manager.hpp"
#include "platform/seams.hpp"

namespace guestpatch::apt {

/// dpkg's own repair, then apt's of dependencies, then fetching anew what only its archive can mend: each only when
/// the database shows a need. Exit statuses say nothing: each of them exits 0 over broken packages.
Repair repair(Seams seams, const Questions& questions, Installer& installer, const Batch& batch, Context& context);

}  // namespace guestpatch::apt
