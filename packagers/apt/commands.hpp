// The calls that change packages, word by word. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "packagers/patch.hpp"
#include "platform/base/time.hpp"
#include "platform/files.hpp"

namespace guestpatch::apt {

using Words = std::vector<std::string>;

/// What all calls of one batch have in common.
struct CallOptions {
    bool allow_removals = false;
    seconds lock_patience{};          ///< apt itself waits so long for dpkg's lock
    Path preferences;                 ///< read instead of /etc/apt/preferences, when set
    std::optional<Instant> snapshot;  ///< see snapshot_options()
};

/// Fetches archives: an ordinary child, it changes no package. Reports on its standard output.
[[nodiscard]] Words download_command(const CallOptions& options, const Words& targets);

/// Installs without ever asking; `operation` is what apt-get is to do: {"install", "a=1"}, {"-f", "install"}.
[[nodiscard]] Words install_command(const CallOptions& options, const Words& operation);

/// Finishes what dpkg left half done.
[[nodiscard]] Words configure_command();

/// What keeps maintainer scripts and their helpers from asking or opening a pager.
[[nodiscard]] Words quiet_environment();

/// {"--only-upgrade", "install", targets...}.
[[nodiscard]] Words upgrade_operation(const Words& targets);

/// "name=version", exactly that one.
[[nodiscard]] std::string target(const PatchId& id);
/// Of everything that is installed. New packages are nobody's upgrade: they come with the upgrade that wants them,
/// or not at all.
[[nodiscard]] Words targets(const std::vector<Patch>& patches);

/// The archive as it was at that time, for a call of apt-get; nothing when no time is given.
/// UNTESTED against Ubuntu's snapshot service (apt >= 2.4.11; before Ubuntu 24.04 the sources need [snapshot=yes]).
[[nodiscard]] Words snapshot_option(const std::optional<Instant>& snapshot);
/// The same for apt-cache and apt-get's small verbs, whose lists of options differ from version to version.
[[nodiscard]] Words snapshot_setting(const std::optional<Instant>& snapshot);

Words operator+(Words words, const Words& more);

}  // namespace guestpatch::apt
