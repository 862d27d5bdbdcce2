// The performer's last orders: the reboot, and the truth about everything that was done.
#include <fmt/format.h>

#include <algorithm>

#include "agent/domain/reboot_policy.hpp"
#include "agent/engine/assess.hpp"
#include "agent/engine/performer.hpp"
#include "packagers/native_units.hpp"
#include "platform/base/text.hpp"
#include "platform/messages.hpp"
#include "platform/random.hpp"

namespace guestpatch {
namespace {

using enum InstallationState;

constexpr std::chrono::minutes look_limit{10};
constexpr seconds next_admission{300};

}  // namespace

Event Performer::perform(const State& state, const JudgeReboot&) {
    progress_.begin("", seconds(0));
    settle_by_database(std::get<Installing>(state).failures);
    keep_experience();
    const std::size_t done = count(result_.patches, installed);
    Context context = until(look_limit);
    progress_.step("looking whether a reboot is needed", std::nullopt);
    const auto need = machine_.detected.manager->reboot_need(context, done > 0 ? Effort::thorough : Effort::glance);
    if (!need) {
        result_.notes.push_back({"REBOOT_STATE_UNKNOWN", need.error().message});
        return RebootJudged{RebootStatus::not_needed, ""};
    }
    if (halts()) return Halted();
    result_.services = need->services;
    const bool forbidden = std::ranges::any_of(result_.errors, [](const ErrorDetail& error) {
        const bool by_hook = error.code == hook_failed && error.target == pre_install_target;
        return by_hook || error.code == unhealthy_code || error.code == not_admitted_code;
    });
    return decide_reboot({.run = run_,
                          .need = *need,
                          .installed = done,
                          .may_reboot = !run_.interrupted && !forbidden && !context_.stop.stop_requested(),
                          .left = time_left_for_reboot(run_, machine_.now()),
                          .fruitless = is_fruitless(attempts_, *need, machine_.seams.clocks.wall())});
}

Event Performer::perform(const State&, const AnnounceReboot& order) {
    result_.reboot_status = RebootStatus::started;
    result_.reboot_reason = order.reason;
    if (const auto link = prepared_offline_update(machine_.seams.files)) {
        result_.notes.push_back({"OFFLINE_UPDATE_PREPARED", *link + ": the boot that follows installs it before the machine comes up"});
        machine_.seams.log.tell(message::offline_update_prepared, result_.notes.back().message);
    }
    if (count(result_.patches, installed) > 0) record_what_is_left();
    record();
    return RebootAnnounced{machine_.seams.clocks.wall()};
}

Event Performer::perform(const State&, const ArrangeReboot&) {
    const std::string message = fmt::format("guestpatch restarts this machine to complete updates: {}", result_.reboot_reason);
    const auto arranged = machine_.seams.rebooter.schedule(run_.reboot_warning, message);
    if (arranged) return RebootArranged();
    machine_.seams.log.tell(message::reboot_not_arranged, arranged.error().message);
    return RebootArranged{arranged.error().message};
}

Event Performer::perform(const State& state, const Conclude& order) {
    not_recorded_.reset();  // what counts is whether the end is kept
    const auto& verifying = std::get<Verifying>(state);
    settle_by_database(verifying.failures);
    const bool announced = result_.reboot_status == RebootStatus::started;
    result_.reboot_status = verifying.reboot;
    if (!verifying.reason.empty()) result_.reboot_reason = verifying.reason;
    if (verifying.reboot == RebootStatus::failed) {
        result_.errors.push_back({"REBOOT_FAILED", "reboot", verifying.reason});
    }
    if (run_.interruptions > 0) note_interruption();
    if (order.look_again) {
        look_after_reboot();
    } else if (!announced && count(result_.patches, installed) > 0) {
        record_what_is_left();
    }
    keep_attempts();
    // The admission was shorter than the window: there is time to ask for another.
    const bool cut_off = run_.admitted_until && *run_.admitted_until < run_.window.closes && !ask_again_ &&
                         std::ranges::any_of(result_.patches, [](const PatchResult& result) {
                             return result.state == pending && result.patch.reason == Reason::no_time_left;
                         });
    if (cut_off) ask_again_ = next_admission;
    result_.left_running.clear();
    result_.duration = std::chrono::round<seconds>(machine_.seams.clocks.boot() - began_);
    result_.status = final_status(result_);
    record();
    return Concluded();
}

/// A warning where something is missing because of it; where everything went in all the same, only a note.
void Performer::note_interruption() {
    constexpr const char* code = "OPERATION_INTERRUPTED";
    if (!run_.interrupted) {
        const auto times = fmt::format("interrupted {} times (a stop request, power cut, reboot or kill), and went on", run_.interruptions);
        result_.notes.push_back({"OPERATION_CONTINUED", times});
        return;
    }
    const bool too_often = run_.unattended && run_.interruptions > most_interruptions;
    const std::string message = fmt::format(
        "the installation that began at {} was interrupted (a stop request, power cut, reboot or kill){} and finished later from "
        "what the package database says",
        format_instant(result_.started), too_often ? fmt::format(" {} times, was given up", run_.interruptions) : "");
    const bool whole = !result_.assessment_id.empty() && final_status(result_) == OperationStatus::succeeded;
    if (whole && std::ranges::find(result_.notes, code, &Note::code) == result_.notes.end()) {
        result_.notes.push_back({code, message});
    } else if (!whole && std::ranges::find(result_.errors, code, &ErrorDetail::code) == result_.errors.end()) {
        result_.errors.push_back({code, "install", message});
    }
}

void Performer::settle_by_database(const std::vector<PatchFailure>& failures) {
    std::vector<PatchResult> open;
    std::vector<Patch> patches;
    for (const PatchResult& result : result_.patches) {
        if (result.state == installed) continue;
        open.push_back(result);
        patches.push_back(result.patch);
    }
    if (open.empty()) return;
    InstallOutcome known{.failures = failures, .complaint = run_.interrupted ? "the run was interrupted while it went in" : "left half done"};
    known.failures.insert(known.failures.end(), collected_.begin(), collected_.end());
    const std::vector<Presence> presence = verify(patches);
    for (std::size_t i = 0; i < open.size(); ++i) {
        const bool half_done = presence[i] == Presence::broken;
        const bool settled_before = open[i].state == failed || open[i].state == excluded;
        if (presence[i] != Presence::installed && settled_before) continue;      // why is known already
        if (presence[i] == Presence::absent && !is_intended(open[i])) continue;  // as it was meant to be
        const BatchVerdict verdict = judge_batch({patches[i]}, {presence[i]}, known, half_done);
        for (const PatchResult& settled : verdict.settled) settle(settled);
        if (verdict.settled.empty()) {
            settle_all({patches[i]}, pending, Reason::no_time_left, "the run was interrupted before its turn came");
        }
    }
}

/// What is half done is no pending patch to apt any more, and must not vanish from sight.
void Performer::name_broken(Assessment& left) {
    const std::vector<Presence> presence = verify(left.patches);
    std::vector<std::string> names;
    std::vector<Patch> whole;
    for (std::size_t i = 0; i < left.patches.size(); ++i) {
        if (presence[i] == Presence::broken) {
            names.push_back(left.patches[i].id.name);
        } else {
            whole.push_back(std::move(left.patches[i]));
        }
    }
    left.patches = std::move(whole);
    if (names.empty()) return;
    const std::string message = "not fully installed: " + join(names);
    left.blind_spots.push_back({machine_.detected.name, BlindSpotCode::packages_broken, message, false});
    left.status = final_status(left);
}

void Performer::record_what_is_left() {
    if (!assessment_) return;
    Assessment left = *assessment_;
    left.activity_id = make_guid();
    left.started = machine_.seams.clocks.wall();
    left.modified = left.started;
    left.duration = seconds(0);
    if (assessment_->metadata_age) *left.metadata_age += std::max(left.started - assessment_->modified, seconds(0));
    left.notes = {{"DERIVED_FROM_INSTALLATION",
                   fmt::format("the assessment {} less what the installation {} put in, by the package database",
                               assessment_->activity_id, result_.activity_id)}};
    const auto is_in = [this](const Patch& patch) {
        return std::ranges::any_of(result_.patches, [&](const PatchResult& result) {
            return result.state == installed && result.patch.id == patch.id;
        });
    };
    std::erase_if(left.patches, is_in);
    name_broken(left);
    Context context = until(look_limit);
    if (auto need = machine_.detected.manager->reboot_need(context, Effort::glance)) left.reboot = std::move(*need);
    const auto seen_at = left.metadata_age ? std::optional(left.modified - *left.metadata_age) : std::nullopt;
    const auto support = read_support_end(machine_.seams, machine_.settings, false);
    left.compliance = judge_compliance({left.patches, left.blind_spots, left.reboot, seen_at, support,
                                        machine_.settings.compliance_max_age}, left.compliance, left.modified);
    const auto ledger = advance_first_seen(machine_.state.first_seen(), left.patches, left.blind_spots, left.modified);
    note_failure(machine_.state.record(left, ledger));
}

void Performer::look_after_reboot() {
    Context context = until(look_limit);
    const AssessOutcome looked = assess(machine_.seams, machine_.detected, machine_.settings, machine_.state,
                                        {.activity_id = make_guid(),
                                         .started_by = run_.started_by,
                                         .refresh = false,
                                         .selection = run_.request.selection},
                                        context);
    if (looked.not_recorded) not_recorded_ = looked.not_recorded;
    const RebootNeed& need = looked.assessment.reboot;
    attempts_.reboot.reset();
    if (need.required) {
        attempts_.reboot = FruitlessReboot{need.reasons, machine_.seams.clocks.wall()};
        result_.notes.push_back({"REBOOT_STILL_REQUIRED", "after the reboot another one is asked for: " + join(need.reasons)});
    }
}

void Performer::keep_experience() {
    if (learned_ == past_) return;
    auto kept = machine_.state.write(learned_);
    if (!kept) machine_.seams.log.tell(message::learning_not_kept, kept.error().message);  // the next run teaches the same
}

/// Before the final report: a loop that was not counted would turn once more than it may.
void Performer::keep_attempts() {
    if (count(result_.patches, installed) > 0 && result_.reboot_status != RebootStatus::completed) attempts_.reboot.reset();
    const Attempts before = machine_.state.attempts();
    attempts_ = after_run(std::move(attempts_), result_, machine_.seams.clocks.wall());
    if (attempts_ == before) return;
    if (auto kept = machine_.state.write(attempts_); !kept) {
        machine_.seams.log.tell(message::learning_not_kept, kept.error().message);
    }
}

void Performer::record() {
    result_.modified = std::max(machine_.seams.clocks.wall(), result_.started);
    unrecorded_ = false;
    note_failure(machine_.state.record(result_));
}

void Performer::note_failure(const Result<void>& written) {
    if (written || not_recorded_) return;
    not_recorded_ = written.error().within("the result could not be recorded");
    machine_.seams.log.tell(message::result_not_recorded, not_recorded_->message);
}

}  // namespace guestpatch
