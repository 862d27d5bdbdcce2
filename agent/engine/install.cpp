#include "agent/engine/install.hpp"

#include <algorithm>

#include "platform/messages.hpp"

namespace guestpatch {
namespace {

/// Journal, then perform: until no order is left.
InstallReport drive(const Machine& machine, Performer& performer, State state, Event event) {
    while (true) {
        Step next = step(state, event);
        if (auto kept = machine.state.write_journal(next.state); !kept) {
            const Error why = kept.error().within("the journal cannot be kept, so nothing more is done");
            machine.seams.log.tell(message::journal_not_kept, why.message);
            return {performer.result(), std::move(state), why, {}};
        }
        if (next.state.index() != state.index()) {
            machine.seams.log.debug("state", {{"state", std::string(name_of(next.state))}, {"from", std::string(name_of(state))},
                                             {"activity", performer.result().activity_id}});
        }
        state = std::move(next.state);
        if (std::holds_alternative<std::monostate>(next.effect)) return {performer.result(), std::move(state), performer.not_recorded(), performer.ask_again()};
        event = performer.perform(state, next.effect);
        // A report that could not be kept is still owed: the next command writes it.
        if (std::holds_alternative<Concluded>(event) && performer.not_recorded()) {
            return {performer.result(), std::move(state), performer.not_recorded(), performer.ask_again()};
        }
    }
}

/// A journal that was lost leaves patchStatus, which still says InProgress, and the folders of the run's jobs.
State reconstruct(const Machine& machine) {
    const PatchStatus status = machine.state.patch_status();
    if (!status.installation || status.installation->status != OperationStatus::in_progress) return Idle();
    Run run{.activity_id = status.installation->activity_id, .began = {.wall = status.installation->started}, .interrupted = true};
    std::vector<std::string> jobs = machine.state.jobs_of(run.activity_id);
    if (jobs.empty()) return Verifying{.run = std::move(run)};
    std::string last = std::move(jobs.back());
    jobs.pop_back();
    return Installing{.run = std::move(run), .stage = Stage::installing, .job = std::move(last), .leftovers = std::move(jobs)};
}

bool still_runs(const Machine& machine, const State& state) {
    const auto* installing = std::get_if<Installing>(&state);
    if (installing == nullptr) return false;
    std::vector<std::string> jobs = installing->leftovers;
    jobs.push_back(installing->job);
    const auto lives = [&](const Detached& part) { return !machine.seams.processes.whereabouts(part).empty(); };
    return std::ranges::any_of(jobs, [&](const std::string& job) {
        return !job.empty() && std::ranges::any_of(machine.state.parts_of(job), lives);
    });
}

}  // namespace

InstallReport install(const Machine& machine, const Run& run, bool refresh, Context& context) {
    Performer performer(machine, run, refresh, context);
    return drive(machine, performer, Idle(), InstallRequested{run});
}

std::optional<InstallReport> finish_left_over(const Machine& machine, Takeover takeover, Context& context) {
    State state = machine.state.journal();
    if (std::holds_alternative<Idle>(state)) state = reconstruct(machine);
    const Run* run = run_of(state);
    if (run == nullptr) return std::nullopt;
    if (takeover == Takeover::when_it_has_ended && still_runs(machine, state)) return std::nullopt;
    const Woke woke{.now = machine.now(), .may_continue = takeover == Takeover::continue_it};
    if (std::holds_alternative<std::monostate>(step(state, woke).effect)) return std::nullopt;
    const bool planned = std::holds_alternative<Rebooting>(state) && run->began.boot_id != woke.now.boot_id;
    machine.seams.log.tell(planned ? message::reboot_completed : message::installation_resumed,
                           planned ? "the machine has come back from the reboot of an installation" : "an earlier installation was interrupted",
                           {{"activity", run->activity_id}, {"state", std::string(name_of(state))}});
    Performer performer(machine, *run, takeover == Takeover::continue_it, context);
    return drive(machine, performer, std::move(state), woke);
}

DryRun plan_installation(const Assessment& assessment, const Run& run, const Moment& now, const Attempts& attempts,
                         const Experience& experience) {
    DryRun planned;
    Installation& result = planned.installation;
    result = {.activity_id = run.activity_id,
              .assessment_id = assessment.activity_id,
              .started = run.began.wall,
              .modified = now.wall,
              .started_by = run.started_by,
              .on = assessment.on,
              .patches = dispose(run.request, assessment.patches),
              .blind_spots = assessment.blind_spots,
              .reboot_setting = run.reboot_setting,
              .dry_run = true};
    break_loops(result.patches, attempts, now.wall);
    std::vector<Patch> waiting;
    for (const PatchResult& patch : result.patches) {
        if (is_intended(patch)) waiting.push_back(patch.patch);
    }
    waiting = in_order(std::move(waiting));
    planned.batches = plan_batches(waiting, time_left(run, now), experience);
    result.window_exceeded = !waiting.empty();
    for (const Patch& patch : waiting) {
        const auto found = std::ranges::find(result.patches, patch.id, [](const PatchResult& one) -> const PatchId& { return one.patch.id; });
        found->patch.reason = Reason::no_time_left;
    }
    Installation hoped_for = result;
    for (PatchResult& patch : hoped_for.patches) {
        if (is_intended(patch)) patch.state = InstallationState::installed;
    }
    result.status = final_status(hoped_for);
    return planned;
}

}  // namespace guestpatch
