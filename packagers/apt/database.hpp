// dpkg's database on disk, its journal included. Reads files, runs nothing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "packagers/apt/dpkg_status.hpp"
#include "packagers/package_manager.hpp"
#include "platform/files.hpp"

namespace guestpatch::apt {

Result<InstalledPackages> read_installed(Files& files);
/// Only what begins with `prefix`, and dpkg, which says what the machine's own architecture is: a third of the work.
Result<InstalledPackages> read_installed(Files& files, std::string_view prefix);

/// A dpkg that was interrupted left its journal: apt refuses every change until `dpkg --configure -a` has run.
[[nodiscard]] bool journal_left(Files& files);

/// The names of what an interrupted run left half done.
[[nodiscard]] std::vector<std::string> half_done(const InstalledPackages& installed);

/// "amd64": what a package name without an architecture means. Empty when dpkg is not in its own database.
[[nodiscard]] std::string native_architecture(const InstalledPackages& installed);

/// What the database says of one patch.
[[nodiscard]] Presence presence(const InstalledPackages& installed, const PatchId& id);

}  // namespace guestpatch::apt
