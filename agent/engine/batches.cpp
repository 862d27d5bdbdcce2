// The performer's middle: batch after batch, as long as the time lasts.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "agent/domain/package_timer.hpp"
#include "agent/engine/performer.hpp"
#include "platform/messages.hpp"

namespace guestpatch {
namespace {

using enum InstallationState;

constexpr milliseconds longest_lock_patience = std::chrono::minutes(10);

constexpr std::string_view stopped = "a stop was requested before its turn came";
constexpr std::string_view out_of_time = "it did not fit the time left";

/// Archives of what will not be installed in this window need not be fetched in it.
std::vector<Patch> those_that_fit(std::vector<Patch> waiting, seconds left, const Experience& experience) {
    std::vector<Patch> fitting;
    for (PlannedBatch& batch : plan_batches(waiting, left, experience)) {
        std::ranges::move(batch.patches, std::back_inserter(fitting));
    }
    return fitting;
}

}  // namespace

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
    return rest.empty() ? seconds(0) : estimate_batch(rest, past_).time;
}

Event Performer::perform(const State& state, const DownloadArchives&) {
    progress_.begin("", seconds(0));
    const seconds left = time_left(run_, machine_.now());
    const std::vector<Patch> fitting = those_that_fit(waiting_, left, past_);
    const std::string& job = std::get<Installing>(state).job;
    if (fitting.empty()) return Downloaded{choose_next(job)};
    Context context = until(left);
    const BootTime began = machine_.seams.clocks.boot();
    const Download download =
        machine_.detected.manager->download(make_batch("", fitting, estimate_batch({}, past_).time), context);
    if (halts()) return Halted();
    if (!download.refused && download.failures.empty()) {
        std::uint64_t bytes = 0;
        for (const Patch& patch : fitting) bytes += patch.download_bytes;
        learn_download(learned_, bytes, machine_.seams.clocks.boot() - began, machine_.seams.clocks.wall());
    }
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
    const bool stop = context_.stop.stop_requested() && !halts();
    const seconds left = time_left(run_, machine_.now());
    current_ = {};
    if (!stop && !again_.empty() && estimate_batch(again_.front().patches, past_).time <= left) {
        current_ = std::move(again_.front());
        again_.pop_front();
    } else if (!stop && again_.empty()) {
        current_.patches = take_batch(waiting_, left, past_).patches;
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
    const seconds estimate = estimate_batch(current_.patches, past_).time;
    Batch batch = make_batch(order.job, current_.patches, estimate);
    Context context = until(time_left(run_, machine_.now()));
    PackageTimer timer(current_.patches, machine_.seams.clocks.boot());
    progress_.tell(&timer);
    const InstallOutcome outcome = machine_.detected.manager->install(batch, context);
    progress_.tell(nullptr);
    const BatchTimes times = timer.ended(machine_.seams.clocks.boot());
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
    if (!outcome.refused) learn_from_batch(times, presence);
    BatchEnded ended;
    ended.next_job = conclude_batch(outcome, presence, order.job, ended.failures);
    return ended;
}

/// From what came to its end: how long something took that failed says nothing.
void Performer::learn_from_batch(const BatchTimes& times, const std::vector<Presence>& presence) {
    BatchTimes sound{.packages = {}, .rest = times.rest};
    for (std::size_t i = 0; i < current_.patches.size(); ++i) {
        const auto taken = times.packages.find(current_.patches[i].id.name);
        if (presence[i] == Presence::installed && taken != times.packages.end()) sound.packages.insert(*taken);
    }
    if (!sound.packages.empty()) learn(learned_, sound, machine_.seams.clocks.wall());
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
    machine_.seams.log.tell(message::not_verified, presence.error().message);
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
        machine_.seams.log.tell(message::marks_not_restored, restored.error().message);
    }
    return MarksRestored();
}

}  // namespace guestpatch
