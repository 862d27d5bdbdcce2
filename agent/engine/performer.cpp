#include "agent/engine/performer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "agent/engine/assess.hpp"
#include "platform/base/text.hpp"
#include "platform/random.hpp"

namespace guestpatch {
namespace {

using enum InstallationState;

constexpr milliseconds longest_lock_patience = std::chrono::minutes(10);
constexpr std::chrono::hours assessment_limit{1};
constexpr std::chrono::hours repair_limit{1};
constexpr std::chrono::minutes script_silence{30};

constexpr std::string_view stopped = "a stop was requested before its turn came";
constexpr std::string_view out_of_time = "it did not fit the time left";

std::vector<Patch> intended(const std::vector<PatchResult>& results) {
    std::vector<Patch> patches;
    for (const PatchResult& result : results) {
        if (is_intended(result)) patches.push_back(result.patch);
    }
    return patches;
}

/// Archives of what will not be installed in this window need not be fetched in it.
std::vector<Patch> those_that_fit(std::vector<Patch> waiting, seconds left) {
    std::vector<Patch> fitting;
    for (PlannedBatch& batch : plan_batches(waiting, left)) {
        std::ranges::move(batch.patches, std::back_inserter(fitting));
    }
    return fitting;
}

}  // namespace

Performer::Performer(const Machine& machine, const Run& run, bool refresh, Context& context)
    : machine_(machine),
      run_(run),
      refresh_(refresh),
      context_(context),
      progress_(context.progress, machine.state, machine.seams.clocks, run.activity_id),
      began_(machine.seams.clocks.boot()) {
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
    if (looked.refused) result_.errors.push_back({"INVALID_ARGUMENT", "install", looked.refused->message});
    if (looked.assessment.failure) result_.errors.push_back(*looked.assessment.failure);
    if (looked.refused || looked.assessment.failure) return Assessed{.failed = true};
    take_over(looked.assessment);
    const bool repair_fits = time_left(run_, machine_.now()) >= estimate_batch({});
    return Assessed{.repair_needed = looked.repair_needed && repair_fits, .anything_to_install = !waiting_.empty()};
}

void Performer::take_over(const Assessment& assessment) {
    assessment_ = assessment;
    result_.assessment_id = assessment.activity_id;
    result_.blind_spots = assessment.blind_spots;
    result_.notes.insert(result_.notes.end(), assessment.notes.begin(), assessment.notes.end());
    const std::vector<PatchResult> before = std::exchange(result_.patches, dispose(run_.request, assessment.patches));
    keep_what_went_in(before);
    waiting_ = in_order(intended(result_.patches));
    // Recorded before anything is touched: a name on apt's command line loses its mark.
    const std::vector<std::string> automatic = machine_.detected.manager->automatic(waiting_);
    for (PatchResult& result : result_.patches) {
        result.automatic = std::ranges::find(automatic, result.patch.id.name) != automatic.end();
    }
    record();
}

/// A repair may finish what was half done: it is pending no more, and was installed by this run.
void Performer::keep_what_went_in(const std::vector<PatchResult>& before) {
    std::vector<Patch> vanished;
    for (const PatchResult& result : before) {
        const bool pending_still = std::ranges::any_of(
            result_.patches, [&](const PatchResult& now) { return now.patch.id.name == result.patch.id.name; });
        if (!pending_still) vanished.push_back(result.patch);
    }
    if (vanished.empty()) return;
    const std::vector<Presence> presence = verify(vanished);
    for (std::size_t i = 0; i < vanished.size(); ++i) {
        if (presence[i] != Presence::installed) continue;
        vanished[i].reason.reset();
        result_.patches.push_back({.patch = vanished[i], .state = installed});
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

// --- installing ------------------------------------------------------------------------------------

Batch Performer::make_batch(const std::string& job, std::vector<Patch> patches, seconds estimate) const {
    Batch batch{.job = machine_.state.job(job), .patches = std::move(patches)};
    for (const PatchResult& result : result_.patches) {
        if (result.state == excluded) batch.untouchable.push_back(result.patch.id);
    }
    const milliseconds spare = time_left(run_, machine_.now()) - estimate;
    batch.lock_patience = std::clamp(spare, milliseconds(0), longest_lock_patience);
    return batch;
}

seconds Performer::expected() const {
    std::vector<Patch> rest = waiting_;
    for (const Try& once_more : again_) rest.insert(rest.end(), once_more.patches.begin(), once_more.patches.end());
    rest.insert(rest.end(), current_.patches.begin(), current_.patches.end());
    return rest.empty() ? seconds(0) : estimate_batch(rest);
}

Event Performer::perform(const State& state, const DownloadArchives&) {
    progress_.begin("", seconds(0));
    const seconds left = time_left(run_, machine_.now());
    const std::vector<Patch> fitting = those_that_fit(waiting_, left);
    const std::string& job = std::get<Installing>(state).job;
    if (fitting.empty()) return Downloaded{choose_next(job)};
    Context context = until(left);
    const Download download = machine_.detected.manager->download(make_batch("", fitting, estimate_batch({})), context);
    if (download.refused) {
        const Reason reason = download.refused->reason;
        settle_all(std::exchange(waiting_, {}), state_after(reason), reason, download.refused->message);
        if (reason == Reason::no_time_left) result_.window_exceeded = true;
    }
    for (const PatchFailure& failure : download.failures) {
        const auto patch = std::ranges::find(waiting_, failure.id, &Patch::id);
        if (patch == waiting_.end()) continue;
        settle_all({*patch}, failed, failure.reason, failure.message);
        waiting_.erase(patch);
    }
    return Downloaded{choose_next(job)};
}

std::string Performer::choose_next(std::string_view last_job) {
    const bool stop = context_.stop.stop_requested();
    const seconds left = time_left(run_, machine_.now());
    current_ = {};
    if (!stop && !again_.empty() && estimate_batch(again_.front().patches) <= left) {
        current_ = std::move(again_.front());
        again_.pop_front();
    } else if (!stop && again_.empty()) {
        current_.patches = take_batch(waiting_, left).patches;
    }
    if (!current_.patches.empty()) return following_job(run_, last_job);

    for (Try& once_more : again_) settle_begun(once_more.patches, waiting_);
    again_.clear();
    if (waiting_.empty()) return "";
    settle_all(std::exchange(waiting_, {}), pending, Reason::no_time_left, std::string(stop ? stopped : out_of_time));
    result_.window_exceeded = !stop;
    if (stop) result_.errors.push_back({"OPERATION_CANCELLED", "install", "a stop was requested"});
    return "";
}

/// Patches of a batch that will not be tried again: what is half done has failed, the others still wait.
void Performer::settle_begun(const std::vector<Patch>& patches, std::vector<Patch>& waiting) {
    const std::vector<Presence> presence = verify(patches);
    for (std::size_t i = 0; i < patches.size(); ++i) {
        if (presence[i] == Presence::broken) {
            settle_all({patches[i]}, failed, Reason::script_failed, "left half done; " + outcome_.complaint);
        } else {
            waiting.push_back(patches[i]);
        }
    }
}

Event Performer::perform(const State&, const RunBatch& order) {
    progress_.begin(fmt::format("batch {}, {} patches", result_.batches + 1, current_.patches.size()), expected());
    const seconds estimate = estimate_batch(current_.patches);
    Batch batch = make_batch(order.job, current_.patches, estimate);
    Context context = until(time_left(run_, machine_.now()));
    const InstallOutcome outcome = machine_.detected.manager->install(batch, context);
    const bool started = !outcome.refused || outcome.refused->reason != Reason::no_time_left;
    if (started) ++result_.batches;
    if (!outcome.left_running.empty()) {
        result_.left_running = outcome.left_running;
        record();
        return BatchEnded{.left_running = true};
    }
    const std::vector<Presence> presence = verify(current_.patches);
    if (is_damaged(current_.patches, presence, outcome)) {
        outcome_ = outcome;
        return BatchEnded{.failures = outcome.failures, .damaged = true};
    }
    BatchEnded ended;
    ended.next_job = conclude_batch(outcome, presence, order.job, ended.failures);
    return ended;
}

std::string Performer::conclude_batch(const InstallOutcome& outcome, const std::vector<Presence>& presence,
                                      std::string_view job, std::vector<PatchFailure>& failures) {
    const BatchVerdict verdict = judge_batch(current_.patches, presence, outcome, current_.second);
    for (const PatchResult& settled : verdict.settled) {
        settle(settled);
        if (settled.state == failed) failures.push_back({settled.patch.id, *settled.patch.reason, settled.message});
    }
    if (outcome.refused && !concerns_some_only(outcome.refused->reason)) {
        const Reason reason = outcome.refused->reason;
        settle_all(std::exchange(waiting_, {}), state_after(reason), reason, outcome.refused->message);
    }
    // Halves are first tries of their own; what is left after a failure is tried once more.
    const bool second = verdict.again.size() == 1;
    for (auto again = verdict.again.rbegin(); again != verdict.again.rend(); ++again) again_.push_front({*again, second});
    return choose_next(job);
}

std::vector<Presence> Performer::verify(const std::vector<Patch>& patches) {
    auto presence = machine_.detected.manager->verify(patches);
    if (presence) return std::move(*presence);
    machine_.seams.log.error(presence.error().message);
    result_.blind_spots.push_back({machine_.detected.name, BlindSpotCode::packages_broken, presence.error().message, true});
    return std::vector<Presence>(patches.size(), Presence::absent);
}

void Performer::settle(const PatchResult& settled) {
    const auto found = std::ranges::find(result_.patches, settled.patch.id,
                                         [](const PatchResult& result) -> const PatchId& { return result.patch.id; });
    if (found == result_.patches.end()) return;
    found->state = settled.state;
    found->patch.reason = settled.patch.reason;
    found->message = settled.message;
    // What went in the package database remembers; why something did not, nobody but us.
    unrecorded_ = unrecorded_ || settled.state != installed;
}

void Performer::settle_all(const std::vector<Patch>& patches, InstallationState state, Reason reason, const std::string& message) {
    for (Patch patch : patches) {
        patch.reason = reason;
        settle({.patch = std::move(patch), .state = state, .message = message});
    }
}

Event Performer::perform(const State&, const RestoreMarks&) {
    progress_.begin("", seconds(0));
    std::vector<std::string> names;
    for (const PatchResult& result : result_.patches) {
        if (result.automatic) names.push_back(result.patch.id.name);
    }
    if (names.empty()) return MarksRestored();
    // A stop must not leave a mark wrong: it takes a moment.
    Context context{{machine_.seams.clocks.boot() + std::chrono::minutes(10)}, {}, progress_, {}};
    if (auto restored = machine_.detected.manager->mark_automatic(names, context); !restored) {
        result_.errors.push_back({"MARKS_NOT_RESTORED", "apt-mark", restored.error().message});
        machine_.seams.log.warning(restored.error().message);
    }
    return MarksRestored();
}

}  // namespace guestpatch
