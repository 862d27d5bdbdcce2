#include "agent/domain/lifecycle.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace guestpatch {
namespace {

template <class... Cases>
struct Overloaded : Cases... {
    using Cases::operator()...;
};

Step wait_in(State state) { return {std::move(state), std::monostate()}; }

/// What was touched is looked at before the final report.
Step conclude(Run run, RebootStatus reboot, std::string reason, std::vector<PatchFailure> failures = {}) {
    const bool touched = run.prepared;
    Verifying state{std::move(run), reboot, std::move(reason), std::move(failures)};
    if (!touched) return {std::move(state), Conclude()};
    state.ending = Ending::checking;
    return {std::move(state), CheckHealth{HealthMoment::after}};
}

Step go_to(Installing state, Stage stage, Effect effect) {
    state.stage = stage;
    return {std::move(state), std::move(effect)};
}

Step run_batch(Installing state, const std::string& job) {
    state.stage = Stage::installing;
    state.job = job;
    return {std::move(state), RunBatch{job}};
}

/// Puts the machine right first, whatever was going on: a batch may still run, or have been cut off. What may still
/// run stays on record until it was collected, however often that is interrupted.
Step repair(Installing state) {
    if (!state.job.empty()) state.leftovers.push_back(state.job);
    state.job = following_job(state.run, state.job);
    RepairMachine order{state.job, state.leftovers};
    return go_to(std::move(state), Stage::repairing, std::move(order));
}

/// Nothing more is installed. Only what was prepared has marks to restore, and hooks to run.
Step wind_down(Installing state) {
    return state.run.prepared ? go_to(std::move(state), Stage::tidying, RestoreMarks())
                              : go_to(std::move(state), Stage::judging_reboot, JudgeReboot());
}

Step on(const Assessing& state, const Assessed& event) {
    Installing next{.run = state.run, .job = state.job};
    if (event.failed) return state.run.prepared ? wind_down(std::move(next)) : conclude(state.run, RebootStatus::not_needed, "");
    if (event.repair_needed && !state.repaired) return repair(std::move(next));
    if (!event.anything_to_install) return wind_down(std::move(next));
    // In the middle of a run the machine may well be worse than before it.
    if (next.run.prepared) return go_to(std::move(next), Stage::asking, AskAdmission{AdmissionFor::install});
    return go_to(std::move(next), Stage::checking, CheckHealth{HealthMoment::before});
}

Step on(const Installing& state, const HealthChecked& event) {
    if (state.stage != Stage::checking) return wait_in(state);
    return event.forbidden ? wind_down(state) : go_to(state, Stage::asking, AskAdmission{AdmissionFor::install});
}

Step on(Installing state, const Admitted& event) {
    if (state.stage != Stage::asking) return wait_in(std::move(state));
    state.run.admitted_until = event.until;
    return go_to(std::move(state), Stage::preparing, RunHooks{Hook::pre_install});
}

Step on(const Installing& state, const Refused&) { return state.stage == Stage::asking ? wind_down(state) : wait_in(state); }

void remember(std::vector<PatchFailure>& known, const std::vector<PatchFailure>& more) {
    for (const PatchFailure& failure : more) {
        if (std::ranges::find(known, failure.id, &PatchFailure::id) == known.end()) known.push_back(failure);
    }
}

Step after_batch(Installing state, const std::vector<PatchFailure>& failures, const std::string& next_job) {
    remember(state.failures, failures);
    if (next_job.empty()) return go_to(std::move(state), Stage::tidying, RestoreMarks());
    return run_batch(std::move(state), next_job);
}

Step on(Installing state, const Repaired& event) {
    if (event.left_running) return wait_in(std::move(state));
    state.leftovers.clear();
    if (state.stage == Stage::mending) return after_batch(state, event.failures, event.next_job);
    if (state.stage != Stage::repairing) return wait_in(state);
    if (state.run.interrupted) return go_to(state, Stage::tidying, RestoreMarks());
    return {Assessing{state.run, true, state.job}, Assess{.refresh = false}};
}

Step on(const Installing& state, const Downloaded& event) {
    if (state.stage != Stage::downloading) return wait_in(state);
    return event.next_job.empty() ? go_to(state, Stage::tidying, RestoreMarks()) : run_batch(state, event.next_job);
}

Step on(Installing state, const BatchEnded& event) {
    if (state.stage != Stage::installing || event.left_running) return wait_in(std::move(state));
    if (!event.damaged) return after_batch(std::move(state), event.failures, event.next_job);
    remember(state.failures, event.failures);
    state.job = following_job(state.run, state.job);
    std::string job = state.job;
    return go_to(std::move(state), Stage::mending, RepairMachine{std::move(job), {}});
}

Step on(const Installing& state, const MarksRestored&) {
    if (state.stage != Stage::tidying) return wait_in(state);
    return state.run.prepared ? go_to(state, Stage::following_up, RunHooks{Hook::post_install})
                              : go_to(state, Stage::judging_reboot, JudgeReboot());
}

Step on(Installing state, const HooksRan& event) {
    if (state.stage == Stage::following_up) return go_to(std::move(state), Stage::judging_reboot, JudgeReboot());
    if (state.stage != Stage::preparing) return wait_in(std::move(state));
    if (event.forbidden) return wind_down(std::move(state));
    state.run.prepared = true;
    return go_to(std::move(state), Stage::downloading, DownloadArchives());
}

Step on(const Installing& state, const RebootJudged& event) {
    if (state.stage != Stage::judging_reboot) return wait_in(state);
    if (event.status != RebootStatus::started) return conclude(state.run, event.status, event.reason, state.failures);
    return {AwaitingReboot{state.run, event.reason, state.failures}, AskAdmission{AdmissionFor::reboot}};
}

Step on(AwaitingReboot state, const Admitted& event) {
    state.run.admitted_until = event.until;
    return {std::move(state), ClearTheWay()};
}

Step on(const AwaitingReboot& state, const Refused& event) {
    return conclude(state.run, RebootStatus::required, fmt::format("{}; not admitted: {}", state.reason, event.holder), state.failures);
}

Step on(const AwaitingReboot& state, const RebootAnnounced& event) {
    Run run = state.run;
    --run.reboots_left;
    return {Rebooting{run, event.now + run.reboot_warning}, ArrangeReboot()};
}

Step on(const Rebooting& state, const RebootArranged& event) {
    if (!event.refusal.empty()) return conclude(state.run, RebootStatus::failed, event.refusal);
    return wait_in(Rebooting{state.run, state.due, true});
}

/// The order that belongs to where the end has come to.
Step ending(Verifying state, Ending where) {
    state.ending = where;
    switch (where) {
        case Ending::greeting: return {std::move(state), RunHooks{Hook::post_reboot}};
        case Ending::checking: return {std::move(state), CheckHealth{HealthMoment::after}};
        case Ending::telling: return {std::move(state), RunHooks{Hook::on_result}};
        case Ending::concluding: break;
    }
    const bool look_again = state.reboot == RebootStatus::completed;
    return {std::move(state), Conclude{look_again}};
}

Step after_reboot(Run run, std::string reason, std::vector<PatchFailure> failures) {
    return ending({std::move(run), RebootStatus::completed, std::move(reason), std::move(failures)}, Ending::greeting);
}

Step on(const Verifying& state, const HooksRan&) {
    if (state.ending == Ending::greeting) return ending(state, Ending::checking);
    return wait_in(state.ending == Ending::telling ? State(Idle()) : State(state));
}

Step on(const Verifying& state, const HealthChecked&) {
    return state.ending == Ending::checking ? ending(state, Ending::concluding) : wait_in(state);
}

Step on(const Verifying& state, const Concluded&) {
    return state.ending == Ending::concluding ? ending(state, Ending::telling) : wait_in(state);
}

/// Whether the run goes on in the process that found it, with at least `needed` left of its window.
bool take_up(Run& run, const Woke& event, seconds needed) {
    const bool goes_on = event.may_continue && can_be_continued(run) && window_left(run, event.now) > needed;
    ++run.interruptions;
    run.interrupted = !goes_on;
    // The boot clock starts anew; a wall clock that was set back meanwhile must not stretch the window.
    if (goes_on && event.now.boot_id != run.began.boot_id) {
        run.window = {std::min(run.window.opens, event.now.wall), event.now.wall + window_left(run, event.now)};
        run.began = event.now;
    }
    return goes_on;
}

Step woke(Assessing state, const Woke& event) {
    if (take_up(state.run, event, seconds(0))) return {std::move(state), Assess()};
    if (state.run.prepared) return wind_down({.run = state.run, .job = state.job});
    return conclude(state.run, RebootStatus::not_needed, "");
}

Step woke(Installing state, const Woke& event) {
    take_up(state.run, event, seconds(0));
    return repair(std::move(state));
}

Step woke(AwaitingReboot state, const Woke& event) {
    if (event.now.boot_id != state.run.began.boot_id) return after_reboot(state.run, state.reason, state.failures);
    if (take_up(state.run, event, state.run.reboot_warning)) return {std::move(state), AskAdmission{AdmissionFor::reboot}};
    return conclude(state.run, RebootStatus::required, state.reason + "; the run was interrupted", state.failures);
}

Step woke(Rebooting state, const Woke& event) {
    if (event.now.boot_id != state.run.began.boot_id) return after_reboot(state.run, "", {});
    // By either clock: the wall clock may have been set back since.
    const bool overdue = event.now.wall >= state.due + reboot_patience ||
                         event.now.boot - state.run.began.boot >= state.due - state.run.began.wall + reboot_patience;
    if (overdue) return conclude(state.run, RebootStatus::failed, "the reboot that was arranged did not happen");
    // Nobody knows whether it was arranged before the process ended: once more does no harm. One that was confirmed may
    // have been cancelled by somebody since, and that stands.
    Run taken_up = state.run;
    if (state.arranged || !take_up(taken_up, event, state.run.reboot_warning)) return wait_in(std::move(state));
    return {Rebooting{std::move(taken_up), event.now.wall + state.run.reboot_warning}, ArrangeReboot()};
}

}  // namespace

bool can_be_continued(const Run& run) {
    return run.unattended && !run.interrupted && run.interruptions < most_interruptions;
}

seconds window_left(const Run& run, const Moment& now) {
    seconds left = std::min(run.window.closes - now.wall, run.window.closes - run.window.opens);
    if (now.boot_id == run.began.boot_id) {
        const auto gone = std::chrono::ceil<seconds>(now.boot - run.began.boot);
        left = std::min(left, run.window.closes - run.began.wall - gone);
    }
    return std::max(left, seconds(0));
}

seconds time_left_for_reboot(const Run& run, const Moment& now) {
    const bool may_reboot = run.reboot_setting != RebootSetting::never && run.reboots_left > 0;
    return std::max(window_left(run, now) - (may_reboot ? run.reboot_reserve : seconds(0)), seconds(0));
}

seconds time_left(const Run& run, const Moment& now) {
    const seconds left = time_left_for_reboot(run, now);
    return run.admitted_until ? std::clamp(*run.admitted_until - now.wall, seconds(0), left) : left;
}

std::string following_job(const Run& run, std::string_view job) {
    int number = 0;
    const std::string_view digits = job.substr(job.rfind('-') + 1);
    if (!job.empty()) std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return fmt::format("guestpatch-{}-{}", run.activity_id, number + 1);
}

Step step(const State& state, const Event& event) {
    return std::visit(
        Overloaded{
            [](const Idle&, const InstallRequested& asked) { return Step{Assessing{asked.run}, Assess()}; },
            [](const Assessing& now, const Assessed& what) { return on(now, what); },
            [](const Installing& now, const Repaired& what) { return on(now, what); },
            [](const Installing& now, const HealthChecked& what) { return on(now, what); },
            [](const Installing& now, const Admitted& what) { return on(now, what); },
            [](const Installing& now, const Refused& what) { return on(now, what); },
            [](const Installing& now, const Downloaded& what) { return on(now, what); },
            [](const Installing& now, const BatchEnded& what) { return on(now, what); },
            [](const Installing& now, const MarksRestored& what) { return on(now, what); },
            [](const Installing& now, const HooksRan& what) { return on(now, what); },
            [](const Installing& now, const RebootJudged& what) { return on(now, what); },
            [](const AwaitingReboot& now, const Admitted& what) { return on(now, what); },
            [](const AwaitingReboot& now, const Refused& what) { return on(now, what); },
            [](const AwaitingReboot& now, const WayCleared&) { return Step{now, AnnounceReboot{now.reason}}; },
            [](const AwaitingReboot& now, const RebootAnnounced& what) { return on(now, what); },
            [](const Rebooting& now, const RebootArranged& what) { return on(now, what); },
            [](const Verifying& now, const HooksRan& what) { return on(now, what); },
            [](const Verifying& now, const HealthChecked& what) { return on(now, what); },
            [](const Verifying& now, const Concluded& what) { return on(now, what); },
            [](const Assessing& now, const Woke& what) { return woke(now, what); },
            [](const Installing& now, const Woke& what) { return woke(now, what); },
            [](const AwaitingReboot& now, const Woke& what) { return woke(now, what); },
            [](const Rebooting& now, const Woke& what) { return woke(now, what); },
            [](const Verifying& now, const Woke&) { return ending(now, now.ending); },
            [](const auto& now, const auto&) { return wait_in(now); },
        },
        state, event);
}

std::string_view name_of(const State& state) {
    return std::visit(Overloaded{[](const Idle&) { return "Idle"; }, [](const Assessing&) { return "Assessing"; },
                                 [](const Installing&) { return "Installing"; },
                                 [](const AwaitingReboot&) { return "AwaitingReboot"; },
                                 [](const Rebooting&) { return "Rebooting"; }, [](const Verifying&) { return "Verifying"; }},
                      state);
}

const Run* run_of(const State& state) {
    return std::visit(Overloaded{[](const Idle&) -> const Run* { return nullptr; },
                                 [](const auto& other) -> const Run* { return &other.run; }},
                      state);
}

}  // namespace guestpatch
