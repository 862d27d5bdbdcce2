// Carries out the orders of an installation's state machine, one at a time, and says what has happened.
#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "agent/domain/attempts.hpp"
#include "agent/domain/batch_verdict.hpp"
#include "agent/domain/experience.hpp"
#include "agent/domain/install_plan.hpp"
#include "agent/domain/lifecycle.hpp"
#include "agent/engine/machine.hpp"
#include "agent/engine/run_progress.hpp"

namespace guestpatch {

/// The hands of one run. Its memory is only a copy of what is on disk: another performer can take over from
/// the journal, the result document and the package database.
class Performer {
  public:
    /// `refresh`: bring the package lists up to date before looking.
    Performer(const Machine& machine, const Run& run, bool refresh, Context& context);

    /// Carries `effect` out in `state`, which is durable already.
    Event perform(const State& state, const Effect& effect);

    [[nodiscard]] const Installation& result() const { return result_; }
    [[nodiscard]] const std::optional<Error>& not_recorded() const { return not_recorded_; }
    /// The run was not let begin, or not let reboot: how soon it may be tried again.
    [[nodiscard]] std::optional<seconds> ask_again() const { return ask_again_; }

  private:
    /// Patches that go into one call of the package manager, once more or for the first time.
    struct Try {
        std::vector<Patch> patches;
        bool second = false;
    };

    Event perform(const State& state, const Assess& order);
    Event perform(const State& state, const RepairMachine& order);
    Event perform(const State& state, const CheckHealth& order);
    Event perform(const State& state, const AskAdmission& order);
    Event perform(const State& state, const RunHooks& order);
    Event perform(const State& state, const DownloadArchives& order);
    Event perform(const State& state, const RunBatch& order);
    Event perform(const State& state, const RestoreMarks& order);
    Event perform(const State& state, const JudgeReboot& order);
    Event perform(const State& state, const ClearTheWay& order);
    Event perform(const State& state, const AnnounceReboot& order);
    Event perform(const State& state, const ArrangeReboot& order);
    Event perform(const State& state, const Conclude& order);
    Event perform(const State&, const std::monostate&) { return Concluded{}; }

    /// Whether a stop request only ends this process: another one goes on with the run.
    [[nodiscard]] bool halts() const { return context_.stop.stop_requested() && can_be_continued(run_); }
    Event check_before();
    Event check_after(const Verifying& state);
    void forget_turning_away(const char* code);
    void turn_away(Reason reason, const char* code, const std::string& why);
    void hold_off(const State& state);
    [[nodiscard]] std::vector<std::string> hook_environment(Hook hook) const;
    HookReport run_hook(Hook hook, const std::vector<std::string>& argv);
    void learn_from_batch(const BatchTimes& times, const std::vector<Presence>& presence);
    void keep_experience();
    void keep_attempts();

    /// Names the next batch that fits; what does not is settled as out of time.
    std::string choose_next(std::string_view last_job);
    std::string wait_for_repair(const std::string& job);
    /// What became of the current batch; its failures go into `failures`. Names the next one.
    std::string conclude_batch(const InstallOutcome& outcome, const std::vector<Presence>& presence, std::string_view job,
                               std::vector<PatchFailure>& failures);
    [[nodiscard]] Batch make_batch(const std::string& job, std::vector<Patch> patches, seconds estimate) const;
    [[nodiscard]] Context until(milliseconds limit);
    [[nodiscard]] seconds expected() const;
    void settle(const PatchResult& settled);
    void settle_begun(const std::vector<Patch>& patches, std::vector<Patch>& waiting);
    void settle_all(const std::vector<Patch>& patches, InstallationState state, Reason reason, const std::string& message);
    /// Lets the package database decide what is still open, and what went in although nobody asked for it.
    void settle_by_database(const std::vector<PatchFailure>& failures);
    void note_interruption();
    [[nodiscard]] std::vector<Presence> verify(const std::vector<Patch>& patches);
    void take_over(const Assessment& assessment);
    void keep_what_became_of(const std::vector<PatchResult>& before);
    /// What is pending now follows from what was, less what went in: nobody is asked again.
    void record_what_is_left();
    void name_broken(Assessment& left);
    void look_after_reboot();
    void record();
    void note_failure(const Result<void>& written);

    const Machine& machine_;
    Run run_;
    bool refresh_;
    Context& context_;
    RunProgress progress_;
    BootTime began_;
    Installation result_;
    std::optional<Assessment> assessment_;
    Experience past_;     ///< of runs before: what this one knew when it began stays its measure
    Experience learned_;  ///< and what it adds for the next
    Attempts attempts_;
    std::optional<seconds> ask_again_;
    std::unique_ptr<HeldOff> held_off_;
    bool hold_off_failed_ = false;
    std::vector<Patch> waiting_;
    std::deque<Try> again_;
    Try current_;
    InstallOutcome outcome_;  ///< of the batch that is being mended
    std::vector<PatchFailure> collected_;
    std::optional<Error> not_recorded_;
    bool unrecorded_ = false;  ///< something was settled that only result_ knows
};

}  // namespace guestpatch
