// An installation from beginning to end: the state machine, its journal, and the performer.
#pragma once

#include <optional>

#include "agent/engine/performer.hpp"

namespace guestpatch {

/// What came of it. `not_recorded` is set when a result, or the journal, could not be kept.
struct InstallReport {
    Installation installation;
    State state;  ///< Idle, or what another process has to go on with
    std::optional<Error> not_recorded;
    std::optional<seconds> ask_again{};  ///< it was not let begin, or not let reboot: how soon it may be tried again
};

/// Runs an installation as far as it goes: to its end, to a reboot that is arranged, or to a stop request that
/// leaves the package manager running.
InstallReport install(const Machine& machine, const Run& run, bool refresh, Context& context);

/// Who may end what an earlier process left behind, and how far.
enum class Takeover {
    when_it_has_ended,  ///< only what does not run any more
    wait_for_it,        ///< a batch that still runs is waited for
    continue_it,        ///< likewise; and a run of the platform's own goes on within its window, as if nothing had been
};

/// Brings an interrupted installation to its end and reports it: what it left running is collected, the machine
/// repaired, marks restored, the package database asked. Nothing is installed, and nothing rebooted, on its
/// behalf, unless it is continued. Nothing when there was nothing to do.
std::optional<InstallReport> finish_left_over(const Machine& machine, Takeover takeover, Context& context);

/// What `guestpatch plan` shows, and `install --dry-run` reports: every pending patch in the state it would have
/// without anything having been done, and the batches.
struct DryRun {
    Installation installation;
    std::vector<PlannedBatch> batches;
};
/// `attempts` and `experience`: what earlier runs have taught.
DryRun plan_installation(const Assessment& assessment, const Run& run, const Moment& now, const Attempts& attempts,
                         const Experience& experience);

}  // namespace guestpatch
