// What this program needs of a package manager.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "packagers/origin_rule.hpp"
#include "packagers/patch.hpp"
#include "platform/base/result.hpp"
#include "platform/base/time.hpp"
#include "platform/files.hpp"
#include "platform/process.hpp"

namespace guestpatch {

/// Where an operation stands.
struct ProgressReport {
    std::string_view step;  ///< in the operator's words: "refreshing package lists", "unpacking"
    std::optional<int> percent;      ///< 0 to 100 where it is known
    std::string_view patch{};        ///< the package being worked on
    std::optional<seconds> left{};   ///< estimated
};

/// Told where an operation stands. Called from the thread that asked.
class Progress {
  public:
    virtual ~Progress() = default;
    virtual void report(const ProgressReport& report) = 0;

    void step(std::string_view step, std::optional<int> percent) { report({step, percent}); }
};

/// For whoever has nobody to tell.
class NoProgress final : public Progress {
  public:
    void report(const ProgressReport&) override {}
};

/// What every verb is given.
struct Context {
    Deadline deadline;
    std::stop_token stop;
    Progress& progress;
    milliseconds stop_patience{};  ///< how long what must not be ended is waited for after a stop request
    milliseconds lock_patience = std::chrono::minutes(5);  ///< how long others are waited for before a repair
};

/// What a refresh could not reach, and what it had to put right on the way.
struct Refresh {
    std::vector<BlindSpot> blind_spots;
    std::vector<Note> notes;
};

/// What can be seen from here. Partial sight is data: `blind_spots` says what is missing.
struct Sight {
    std::vector<Patch> patches;  ///< sorted by name
    std::vector<BlindSpot> blind_spots;
    std::optional<Instant> metadata_time;     ///< when the package lists were last known to be current
    bool repair_needed = false;               ///< an interrupted run, or broken dependencies, keep anything from going in
    bool extended_support = false;            ///< a source of paid or extended security updates is in use
};

/// What is to be brought here, or put in, in one call of the package manager.
struct Batch {
    Detached job;                      ///< the detached run that installs it
    std::vector<Patch> patches;        ///< exactly these versions
    std::vector<PatchId> untouchable;  ///< excluded: these names stay as they are, whatever depends on them
    milliseconds lock_patience{};      ///< how long somebody else's lock is waited for
};

/// What came of bringing the archives here.
struct Download {
    std::vector<PatchFailure> failures;
    std::optional<Refusal> refused;
};

/// What an interrupted run left behind, put right or named.
struct Repair {
    std::vector<Note> notes;                ///< what was done: PACKAGES_CONFIGURED, DEPENDENCIES_REPAIRED
    std::vector<std::string> still_broken;  ///< packages that are not sound after all
    std::string left_running;               ///< as in InstallOutcome, or who keeps the database locked: not done yet
};

/// How closely to look: a glance costs no child process.
enum class Effort { glance, thorough };

/// What the configuration decides about package managers.
struct PackageManagerSettings {
    std::vector<OriginRule> security_origins;  ///< besides the distribution's own pockets
    bool allow_removals = false;               ///< an upgrade may remove an installed package
    Path private_cache;                        ///< a folder of our own, for where the machine keeps no cache
    std::optional<Instant> snapshot;           ///< nothing published later: with PublishCeiling::by_snapshot
};

/// A package manager of this machine. Whatever changes the machine runs detached, under a name its caller
/// has journaled: it survives us, and collect() finds it again.
class PackageManager {
  public:
    virtual ~PackageManager() = default;

    /// Brings the package lists up to date. Never fails as a whole: what could not be reached is named.
    virtual Refresh refresh(Context& context) = 0;

    /// Everything pending, from the lists at hand; needs no special rights and changes nothing.
    /// An error only when nothing at all could be seen, or on a stop request (Errc::cancelled).
    virtual Result<Sight> pending(Context& context) = 0;

    /// Puts right what an interrupted run left behind, judged by the package database, never by exit codes.
    /// A batch without patches: its job, and what must stay as it is.
    virtual Repair repair(const Batch& batch, Context& context) = 0;

    /// Checks the free space and fetches the archives of a batch (whose job is not used); changes no package.
    virtual Download download(const Batch& batch, Context& context) = 0;

    /// Installs a batch. Half-success is its normal answer.
    virtual InstallOutcome install(const Batch& batch, Context& context) = 0;

    /// Waits for a batch that an earlier life of this program launched; one that was never launched is
    /// refused, not started.
    virtual InstallOutcome collect(const Batch& batch, Context& context) = 0;

    /// What the package database says of each, in the same order.
    virtual Result<std::vector<Presence>> verify(const std::vector<Patch>& patches) = 0;

    /// Which of these names must be marked "automatically installed" after the batch: those marked so now,
    /// and new packages, which an upgrade pulls in.
    virtual std::vector<std::string> automatic(const std::vector<Patch>& patches) = 0;
    virtual Result<void> mark_automatic(const std::vector<std::string>& names, Context& context) = 0;

    virtual Result<RebootNeed> reboot_need(Context& context, Effort effort) = 0;
};

}  // namespace guestpatch
