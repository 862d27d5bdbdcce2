// The state machine of an installation: what is true, what has happened, what is to be done next. Pure.
//
// The next State is durable before its effects start, and every effect is safe to start twice
// (docs/decisions/0010-journal.md). A test walks every State with every Event.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "agent/domain/hook.hpp"
#include "agent/domain/installation.hpp"
#include "agent/domain/window.hpp"
#include "platform/base/time.hpp"

namespace guestpatch {

/// A moment as a run has to see it: a wall clock may be set, a boot clock starts anew.
struct Moment {
    Instant wall;
    BootTime boot;
    std::string boot_id;

    friend bool operator==(const Moment&, const Moment&) = default;
};

/// What one installation was asked for, and when it must end.
struct Run {
    std::string activity_id;
    StartedBy started_by = StartedBy::user;
    bool unattended = false;      ///< nobody waits for it: it is continued after an interruption, and gives way to others
    std::string maintenance_run_id;
    Moment began;                 ///< or was taken up again, in another boot
    InstallationRequest request;
    Window window;                ///< already cut to the maximum duration
    std::optional<Instant> admitted_until;  ///< no batch begins that would not have ended by then
    RebootSetting reboot_setting = RebootSetting::if_required;
    seconds reboot_reserve{};     ///< kept free for a reboot at the end of the window
    seconds reboot_warning{};     ///< between announcing a reboot and making it
    int reboots_left = 0;
    bool interrupted = false;     ///< was found without its process, and is only brought to its end
    int interruptions = 0;        ///< how often it was found without its process
    bool prepared = false;        ///< the preInstall hooks let it go on: postInstall is owed

    friend bool operator==(const Run&, const Run&) = default;
};

/// What is left of the window: the smaller answer of the two clocks, so that a wall clock set back does not stretch
/// it. Never negative.
[[nodiscard]] seconds window_left(const Run& run, const Moment& now);
/// For batches: the same, not beyond the admission, less the reserve for a reboot the run may have to make.
[[nodiscard]] seconds time_left(const Run& run, const Moment& now);
/// For the decision about a reboot, which asks for an admission of its own.
[[nodiscard]] seconds time_left_for_reboot(const Run& run, const Moment& now);

/// After so many interruptions a run is not continued any more: something about it may be what kills the process.
constexpr int most_interruptions = 5;
/// Whether a process that finds this run may go on with it, time allowing. One that somebody waited for is only brought
/// to its end: he is gone.
[[nodiscard]] bool can_be_continued(const Run& run);

// --- states: what is true --------------------------------------------------------------------------

struct Idle {
    friend bool operator==(const Idle&, const Idle&) = default;
};
/// Looking for what to install. Nothing has been changed, unless by a repair.
struct Assessing {
    Run run;
    bool repaired = false;
    std::string job{};  ///< the last one so far, when the run had any

    friend bool operator==(const Assessing&, const Assessing&) = default;
};
enum class Stage {
    repairing,       ///< before anything else
    checking,        ///< whether the machine is healthy enough
    asking,          ///< for admission
    preparing,       ///< preInstall hooks
    downloading,
    installing,
    mending,         ///< a batch left packages half done
    tidying,         ///< automatic marks
    following_up,    ///< postInstall hooks
    judging_reboot,
};
/// The package manager is at work, or about to be.
struct Installing {
    Run run;
    Stage stage = Stage::downloading;
    std::string job;                     ///< of the detached run, in the stages that have one
    std::vector<std::string> leftovers;  ///< jobs of earlier processes that nobody has collected yet
    std::vector<PatchFailure> failures;  ///< so far

    friend bool operator==(const Installing&, const Installing&) = default;
};
/// A reboot was decided. The fleet is asked, who is in its way gets some time, then everybody is told, and then it is arranged.
struct AwaitingReboot {
    Run run;
    std::string reason;
    std::vector<PatchFailure> failures;

    friend bool operator==(const AwaitingReboot&, const AwaitingReboot&) = default;
};
/// A reboot comes at `due`, in the boot of run.began.
struct Rebooting {
    Run run;
    Instant due;
    bool arranged = false;  ///< whoever arranges them has confirmed it

    friend bool operator==(const Rebooting&, const Rebooting&) = default;
};
enum class Ending {
    greeting,    ///< postReboot hooks
    checking,    ///< whether the machine is as healthy as before
    concluding,  ///< the package database is read once more and the final report written
    telling,     ///< onResult hooks
};
/// Everything is done.
struct Verifying {
    Run run;
    RebootStatus reboot = RebootStatus::not_needed;
    std::string reason;                  ///< of the reboot, or against it
    std::vector<PatchFailure> failures;
    Ending ending = Ending::concluding;

    friend bool operator==(const Verifying&, const Verifying&) = default;
};
using State = std::variant<Idle, Assessing, Installing, AwaitingReboot, Rebooting, Verifying>;

// --- events: what has happened ---------------------------------------------------------------------

struct InstallRequested {
    Run run;
};
/// `next` names the first batch, when something is to be installed and fits.
struct Assessed {
    bool failed = false;
    bool repair_needed = false;
    bool anything_to_install = false;
};
/// `next_job` is the batch to go on with: empty when nothing is left, or nothing fits.
struct Downloaded {
    std::string next_job;
};
struct BatchEnded {
    std::string next_job;
    std::vector<PatchFailure> failures;
    bool left_running = false;
    bool damaged = false;  ///< packages are half done, or it was cut short: mend that before anything else
};
/// After a batch the other two members are a BatchEnded's.
struct Repaired {
    bool left_running = false;
    std::string next_job{};
    std::vector<PatchFailure> failures{};
};
struct MarksRestored {};
struct HooksRan {
    bool forbidden = false;  ///< one of them wants nothing to be installed
};
struct HealthChecked {
    bool forbidden = false;  ///< it is unhealthy, and nothing is to be installed then
};
/// Whoever guards the fleet lets this machine go on, until then where it says so.
struct Admitted {
    std::optional<Instant> until;
};
/// Not now; nobody who could be asked counts as a no.
struct Refused {
    seconds retry_after{};
    std::string holder;  ///< whoever is in the way, or why nobody could be asked
};
struct RebootJudged {
    RebootStatus status = RebootStatus::not_needed;  ///< started: make one
    std::string reason;
};
struct WayCleared {};
struct RebootAnnounced {
    Instant now;
};
struct RebootArranged {
    std::string refusal;  ///< empty: it will happen
};
struct Concluded {};
/// A stop was requested, and the order not carried out, or not to its end: whoever wakes next goes on.
struct Halted {};
/// A process found this State, and no living owner of it.
struct Woke {
    Moment now;
    bool may_continue = false;  ///< whether this process may install and reboot on the run's behalf
};
using Event = std::variant<InstallRequested, Assessed, Repaired, HealthChecked, Admitted, Refused, Downloaded, BatchEnded,
                           MarksRestored, HooksRan, RebootJudged, WayCleared, RebootAnnounced, RebootArranged, Concluded,
                           Halted, Woke>;

// --- effects: what is to be done -------------------------------------------------------------------

struct Assess {
    bool refresh = true;
};
/// Collects `leftovers` first, jobs that may still run.
struct RepairMachine {
    std::string job;
    std::vector<std::string> leftovers;
};
enum class HealthMoment { before, after };
struct CheckHealth {
    HealthMoment moment = HealthMoment::before;
};
enum class AdmissionFor { install, reboot };
struct AskAdmission {
    AdmissionFor purpose = AdmissionFor::install;
};
struct RunHooks {
    Hook hook = Hook::pre_install;
};
struct DownloadArchives {};
struct RunBatch {
    std::string job;
};
struct RestoreMarks {};
struct JudgeReboot {};
/// Gives whoever is in the way of a reboot the configured grace.
struct ClearTheWay {};
struct AnnounceReboot {
    std::string reason;
};
struct ArrangeReboot {};
struct Conclude {
    bool look_again = false;  ///< after a reboot: assess anew
};
using Effect = std::variant<std::monostate, Assess, RepairMachine, CheckHealth, AskAdmission, RunHooks, DownloadArchives, RunBatch,
                            RestoreMarks, JudgeReboot, ClearTheWay, AnnounceReboot, ArrangeReboot, Conclude>;

/// The name of the next detached job of a run: "guestpatch-<activity id>-<number>", one higher than `job`'s.
[[nodiscard]] std::string following_job(const Run& run, std::string_view job);

/// The next state and the one order it gives; no order means: wait.
struct Step {
    State state;
    Effect effect;
};

/// An event that does not belong to a state changes nothing and orders nothing.
[[nodiscard]] Step step(const State& state, const Event& event);

/// "Installing", as architecture and status spell it.
[[nodiscard]] std::string_view name_of(const State& state);
/// The run a state belongs to; nullptr in Idle.
[[nodiscard]] const Run* run_of(const State& state);

/// How long after it was due a reboot is given up.
constexpr seconds reboot_patience = std::chrono::minutes(15);

}  // namespace guestpatch
