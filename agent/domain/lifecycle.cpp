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

Step conclude(Run run, RebootStatus reboot, std::string reason, std::vector<PatchFailure> failures = {}, bool look_again = false) {
    return {Verifying{std::move(run), reboot, std::move(reason), std::move(failures)}, Conclude{look_again}};
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

Step on(const Assessing& state, const Assessed& event) {
    if (event.failed) return conclude(state.run, RebootStatus::not_needed, "");
    if (event.repair_needed && !state.repaired) return repair({.run = state.run});
    Installing next{.run = state.run};
    return event.anything_to_install ? go_to(std::move(next), Stage::downloading, DownloadArchives())
                                     : go_to(std::move(next), Stage::judging_reboot, JudgeReboot());
}

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
    return {Assessing{state.run, true}, Assess{.refresh = false}};
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
    return state.stage == Stage::tidying ? go_to(state, Stage::judging_reboot, JudgeReboot()) : wait_in(state);
}

Step on(const Installing& state, const RebootJudged& event) {
    if (state.stage != Stage::judging_reboot) return wait_in(state);
    if (event.status != RebootStatus::started) return conclude(state.run, event.status, event.reason, state.failures);
    return {AwaitingReboot{state.run, event.reason, state.failures}, AnnounceReboot{event.reason}};
}

Step on(const AwaitingReboot& state, const RebootAnnounced& event) {
    Run run = state.run;
    --run.reboots_left;
    return {Rebooting{run, event.now + run.reboot_warning}, ArrangeReboot()};
}

Step on(const Rebooting& state, const RebootArranged& event) {
    if (event.refusal.empty()) return wait_in(state);
    return conclude(state.run, RebootStatus::failed, event.refusal);
}

Step woke(Assessing state, const Woke& event) {
    state.run.interrupted = true;
    if (event.may_continue) return {Assessing{state.run, state.repaired}, Assess()};
    return conclude(state.run, RebootStatus::not_needed, "");
}

Step woke(Installing state, const Woke& event) {
    state.run.interrupted = !event.may_continue;
    return repair(std::move(state));
}

Step woke(AwaitingReboot state, const Woke& event) {
    if (event.now.boot_id != state.run.began.boot_id) {
        return conclude(state.run, RebootStatus::completed, state.reason, state.failures, true);
    }
    if (event.may_continue) return {state, AnnounceReboot{state.reason}};
    state.run.interrupted = true;
    return conclude(state.run, RebootStatus::required, state.reason, state.failures);
}

Step woke(const Rebooting& state, const Woke& event) {
    if (event.now.boot_id != state.run.began.boot_id) return conclude(state.run, RebootStatus::completed, "", {}, true);
    // By either clock: the wall clock may have been set back since.
    const bool overdue = event.now.wall >= state.due + reboot_patience ||
                         event.now.boot - state.run.began.boot >= state.due - state.run.began.wall + reboot_patience;
    if (!overdue) return wait_in(state);
    return conclude(state.run, RebootStatus::failed, "the reboot that was arranged did not happen");
}

}  // namespace

seconds time_left(const Run& run, const Moment& now) {
    seconds left = run.window.closes - now.wall;
    if (now.boot_id == run.began.boot_id) {
        const auto gone = std::chrono::ceil<seconds>(now.boot - run.began.boot);
        left = std::min(left, run.window.closes - run.began.wall - gone);
    }
    const bool may_reboot = run.reboot_setting != RebootSetting::never && run.reboots_left > 0;
    if (may_reboot) left -= run.reboot_reserve;
    return std::max(left, seconds(0));
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
            [](const Installing& now, const Downloaded& what) { return on(now, what); },
            [](const Installing& now, const BatchEnded& what) { return on(now, what); },
            [](const Installing& now, const MarksRestored& what) { return on(now, what); },
            [](const Installing& now, const RebootJudged& what) { return on(now, what); },
            [](const AwaitingReboot& now, const RebootAnnounced& what) { return on(now, what); },
            [](const Rebooting& now, const RebootArranged& what) { return on(now, what); },
            [](const Verifying&, const Concluded&) { return wait_in(Idle()); },
            [](const Assessing& now, const Woke& what) { return woke(now, what); },
            [](const Installing& now, const Woke& what) { return woke(now, what); },
            [](const AwaitingReboot& now, const Woke& what) { return woke(now, what); },
            [](const Rebooting& now, const Woke& what) { return woke(now, what); },
            [](const Verifying& now, const Woke&) {
                return Step{now, Conclude{now.reboot == RebootStatus::completed}};
            },
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
