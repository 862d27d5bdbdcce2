#include "packagers/apt/commands.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace guestpatch::apt {
namespace {

/// Held packages never change: nothing here allows it. Nor does anything allow a downgrade.
Words common(const CallOptions& options) {
    // quiet=1: no carriage returns; with `quiet "2"` from apt.conf the plan would be missing.
    Words words{"-y", "-V",
                "-o", "quiet=1",
                "-o", "APT::Get::AutomaticRemove=false",
                "-o", fmt::format("DPkg::Lock::Timeout={}", options.lock_patience.count())};
    if (!options.allow_removals) words.emplace_back("--no-remove");
    if (!options.preferences.empty()) {
        words.insert(words.end(), {"-o", "Dir::Etc::preferences=" + options.preferences.string()});
    }
    return std::move(words) + snapshot_option(options.snapshot);
}

/// "20240301T030400Z".
std::string snapshot_id(Instant instant) {
    std::string id = format_instant(instant);
    std::erase_if(id, [](char c) { return c == '-' || c == ':'; });
    return id;
}

const Words keep_conffiles{"--force-confdef", "--force-confold"};

}  // namespace

Words operator+(Words words, const Words& more) {
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

Words download_command(const CallOptions& options, const Words& targets) {
    return Words{"apt-get"} + common(options) + Words{"-o", "APT::Status-Fd=1", "--download-only"} + upgrade_operation(targets);
}

/// What was removed meanwhile stays removed.
Words upgrade_operation(const Words& targets) { return Words{"--only-upgrade", "install"} + targets; }

Words install_command(const CallOptions& options, const Words& operation) {
    Words words = Words{"nice", "-n", "10", "apt-get"} + common(options);
    // No pty: dpkg's scripts would take it for a terminal. No APT::Status-Fd either: apt closes that descriptor for
    // dpkg and its scripts, and a script whose standard output is gone fails at its first echo (apt 2.6).
    words.insert(words.end(), {"-o", "Dpkg::Use-Pty=0"});
    // An administrator's way of looking first; here somebody has looked.
    for (const char* look_only : {"Download-Only", "Simulate", "Print-URIs"}) {
        words.insert(words.end(), {"-o", fmt::format("APT::Get::{}=false", look_only)});
    }
    for (const std::string& option : keep_conffiles) words.insert(words.end(), {"-o", "Dpkg::Options::=" + option});
    return std::move(words) + operation;
}

Words configure_command() {
    return Words{"nice", "-n", "10", "dpkg"} + keep_conffiles + Words{"--configure", "-a"};
}

Words quiet_environment() {
    // needrestart asks nothing when debconf may not; what it restarts stays the administrator's decision.
    return {"DEBIAN_FRONTEND=noninteractive", "APT_LISTCHANGES_FRONTEND=none", "APT_LISTBUGS_FRONTEND=none",
            "UCF_FORCE_CONFFOLD=1", "PAGER=cat"};
}

std::string target(const PatchId& id) {
    return id.name + "=" + id.version;
}

Words targets(const std::vector<Patch>& patches) {
    Words words;
    words.reserve(patches.size());
    for (const Patch& patch : patches) {
        if (!patch.installed_version.empty()) words.push_back(target(patch.id));
    }
    return words;
}

Words snapshot_option(const std::optional<Instant>& snapshot) {
    return snapshot ? Words{"--snapshot", snapshot_id(*snapshot)} : Words();
}

Words snapshot_setting(const std::optional<Instant>& snapshot) {
    return snapshot ? Words{"-o", "APT::Snapshot=" + snapshot_id(*snapshot)} : Words();
}

}  // namespace guestpatch::apt
