#include "agent/engine/performer.hpp"

#include <algorithm>
#include <utility>

#include "agent/engine/assess.hpp"
#include "platform/base/text.hpp"
#include "platform/messages.hpp"
#include "platform/random.hpp"

namespace guestpatch {
namespace {

using enum InstallationState;

constexpr std::chrono::hours assessment_limit{1};
constexpr std::chrono::hours repair_limit{1};
constexpr std::chrono::minutes script_silence{30};

std::vector<Patch> intended(const std::vector<PatchResult>& results) {
    std::vector<Patch> patches;
    for (const PatchResult& result : results) {
        if (is_intended(result)) patches.push_back(result.patch);
    }
    return patches;
}

const std::string& name_of_result(const PatchResult& result) { return result.patch.id.name; }

/// What the next process may just as well do. The rest takes a moment, and leaves things tidy.
bool may_wait(const Effect& effect) {
    return !std::holds_alternative<RestoreMarks>(effect) && !std::holds_alternative<ArrangeReboot>(effect) &&
           !std::holds_alternative<Conclude>(effect);
}

}  // namespace

Performer::Performer(const Machine& machine, const Run& run, bool refresh, Context& context)
    : machine_(machine),
      run_(run),
      refresh_(refresh),
      context_(context),
      progress_(context.progress, machine.state, machine.seams.clocks, run.activity_id),
      began_(machine.seams.clocks.boot()),
      past_(machine.state.experience()),
      learned_(past_),
      attempts_(machine.state.attempts()) {
    if (auto found = machine.state.installation(run.activity_id)) {
        result_ = std::move(*found);
        assessment_ = machine.state.assessment(result_.assessment_id);
        return;
    }
    const HostFacts facts = machine.seams.host.facts();
    result_ = {.activity_id = run.activity_id,
               .maintenance_run_id = run.maintenance_run_id,
               .started = run.began.wall,
               .modified = run.began.wall,
               .started_by = run.started_by,
               .on = {machine.detected.name, machine.detected.patch_service, facts.os_type, facts.os_name, facts.os_version},
               .reboot_setting = run.reboot_setting};
}

Event Performer::perform(const State& state, const Effect& effect) {
    if (const Run* run = run_of(state)) run_ = *run;
    if (halts() && may_wait(effect)) {
        record();  // whoever goes on knows only what is written
        return Halted();
    }
    hold_off(state);
    Event event = std::visit([&](const auto& order) { return perform(state, order); }, effect);
    if (unrecorded_) record();
    return event;
}

Context Performer::until(milliseconds limit) {
    return {{machine_.seams.clocks.boot() + limit}, context_.stop, progress_, context_.stop_patience, context_.lock_patience};
}

// --- looking ---------------------------------------------------------------------------------------

Event Performer::perform(const State&, const Assess& order) {
    progress_.begin("", seconds(0));
    record();
    Context context = until(assessment_limit);
    const AssessOutcome looked = assess(machine_.seams, machine_.detected, machine_.settings, machine_.state,
                                        {.activity_id = make_guid(),
                                         .started_by = run_.started_by,
                                         .refresh = order.refresh && refresh_,
                                         .selection = run_.request.selection},
                                        context);
    if (looked.not_recorded) not_recorded_ = looked.not_recorded;
    if (looked.assessment.failure && halts()) return Halted();
    if (looked.refused) result_.errors.push_back({"INVALID_ARGUMENT", "install", looked.refused->message});
    if (looked.assessment.failure) result_.errors.push_back(*looked.assessment.failure);
    if (looked.refused || looked.assessment.failure) return Assessed{.failed = true};
    take_over(looked.assessment);
    const bool repair_fits = time_left(run_, machine_.now()) >= estimate_batch({}, past_).time;
    return Assessed{.repair_needed = looked.repair_needed && repair_fits, .anything_to_install = !waiting_.empty()};
}

void Performer::take_over(const Assessment& assessment) {
    assessment_ = assessment;
    result_.assessment_id = assessment.activity_id;
    result_.blind_spots = assessment.blind_spots;
    result_.notes.insert(result_.notes.end(), assessment.notes.begin(), assessment.notes.end());
    const std::vector<PatchResult> before = std::exchange(result_.patches, dispose(run_.request, assessment.patches));
    keep_what_became_of(before);
    for (const std::string& name : break_loops(result_.patches, attempts_, machine_.seams.clocks.wall())) {
        machine_.seams.log.tell(message::patch_given_up, "installed again and again, and pending again: not tried once more",
                                {{"patch", name}});
    }
    waiting_ = in_order(intended(result_.patches));
    // Recorded before anything is touched: a name on apt's command line loses its mark, also in an earlier life of ours.
    const std::vector<std::string> automatic = machine_.detected.manager->automatic(waiting_);
    for (PatchResult& result : result_.patches) {
        const auto earlier = std::ranges::find(before, result.patch.id.name, name_of_result);
        result.automatic = (earlier != before.end() && earlier->automatic) ||
                           std::ranges::find(automatic, result.patch.id.name) != automatic.end();
    }
    record();
}

/// Looking again shows what is pending now. What this run has dealt with is not, and must not vanish from its report: what
/// went in (a repair may finish what was half done), what failed, and what is half done still.
void Performer::keep_what_became_of(const std::vector<PatchResult>& before) {
    std::vector<PatchResult> vanished;
    std::vector<Patch> patches;
    for (const PatchResult& result : before) {
        if (std::ranges::find(result_.patches, result.patch.id.name, name_of_result) != result_.patches.end()) continue;
        vanished.push_back(result);
        patches.push_back(result.patch);
    }
    if (vanished.empty()) return;
    const std::vector<Presence> presence = verify(patches);
    for (std::size_t i = 0; i < vanished.size(); ++i) {
        PatchResult& result = vanished[i];
        if (presence[i] == Presence::installed) {
            result.state = installed;
            result.patch.reason.reset();
            result.message.clear();
        } else if (presence[i] == Presence::broken && is_intended(result)) {
            const auto blamed = std::ranges::find(collected_, result.patch.id, &PatchFailure::id);
            result.state = failed;
            result.patch.reason = blamed == collected_.end() ? Reason::script_failed : blamed->reason;
            result.message = blamed == collected_.end() ? "left half done when the run was interrupted" : blamed->message;
        } else if (result.state != failed) {
            continue;
        }
        result_.patches.push_back(std::move(result));
    }
}

// --- repairing -------------------------------------------------------------------------------------

Event Performer::perform(const State& state, const RepairMachine& order) {
    progress_.begin("", seconds(0));
    Context context = until(repair_limit);
    for (const std::string& job : order.leftovers) {
        const InstallOutcome left = machine_.detected.manager->collect(make_batch(job, intended(result_.patches), seconds(0)), context);
        result_.left_running = left.left_running.empty() ? wait_for_repair(job) : left.left_running;
        if (!result_.left_running.empty()) return Repaired{.left_running = true};
        collected_.insert(collected_.end(), left.failures.begin(), left.failures.end());
    }
    Batch nothing = make_batch(order.job, {}, seconds(0));
    nothing.lock_patience = context.lock_patience;
    const Repair repair = machine_.detected.manager->repair(nothing, context);
    result_.left_running = repair.left_running;
    result_.notes.insert(result_.notes.end(), repair.notes.begin(), repair.notes.end());
    if (!repair.still_broken.empty()) {
        result_.notes.push_back({"STILL_BROKEN", "could not be put right: " + join(repair.still_broken)});
    }
    Repaired repaired{.left_running = !repair.left_running.empty()};
    if (std::get<Installing>(state).stage == Stage::mending && !repaired.left_running) {
        repaired.next_job = conclude_batch(outcome_, verify(current_.patches), order.job, repaired.failures);
    }
    return repaired;
}

/// A repair's own calls, which an earlier life of this program may have left running. Empty: they have ended.
std::string Performer::wait_for_repair(const std::string& job) {
    ProcessRunner& processes = machine_.seams.processes;
    for (const Detached& part : machine_.state.parts_of(job)) {
        if (processes.whereabouts(part).empty()) continue;
        progress_.step("waiting for an earlier repair to end", std::nullopt);
        const auto ended = processes.await(part, {repair_limit, script_silence, context_.stop_patience}, context_.stop, {});
        if (ended && ended->end == RunEnd::cancelled) return processes.whereabouts(part);
    }
    return "";
}

}  // namespace guestpatch
