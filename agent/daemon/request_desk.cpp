#include "agent/daemon/request_desk.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "agent/engine/assess.hpp"
#include "agent/engine/install.hpp"
#include "agent/engine/operation.hpp"
#include "agent/engine/patch_mode.hpp"
#include "platform/messages.hpp"

namespace guestpatch {
namespace {

constexpr seconds longest_request = std::chrono::hours(24);

Surroundings surroundings(const Machine& machine) {
    const HostFacts facts = machine.seams.host.facts();
    return {machine.detected.name, machine.detected.patch_service, facts.os_type, facts.os_name, facts.os_version};
}

/// A run as the operation wants it. What this machine excludes stays excluded, whoever asks.
Run run_for(const GoalOperation& operation, const Machine& machine) {
    const Settings& settings = machine.settings;
    const Moment now = machine.now();
    Run run{.activity_id = operation.activity_id,
            .started_by = StartedBy::user,
            .unattended = true,
            .maintenance_run_id = operation.maintenance_run_id,
            .began = now,
            .request = operation.request,
            .window = {now.wall, now.wall + std::min(operation.maximum_duration, longest_request)},
            .reboot_setting = operation.reboot_setting.value_or(settings.reboot_setting),
            .reboot_reserve = settings.reboot_reserve,
            .reboot_warning = settings.reboot_warning,
            .reboots_left = settings.reboots_per_run};
    if (operation.not_after) run.window.closes = std::min(run.window.closes, *operation.not_after);
    Selection& selection = run.request.selection;
    selection.exclude.insert(selection.exclude.end(), settings.selection.exclude.begin(), settings.selection.exclude.end());
    if (!selection.max_publish_date) selection.max_publish_date = settings.selection.max_publish_date;
    return run;
}

}  // namespace

bool RequestDesk::note_state(const std::string& activity_id, RequestState state) {
    auto known = machine_.state.requests();
    if (!known) {
        machine_.seams.log.tell(message::document_not_read, known.error().message);
        return false;
    }
    RequestBook& book = *known;
    note(book, activity_id, state, machine_.seams.clocks.wall(), goal_);
    auto kept = machine_.state.write(book);
    if (!kept) machine_.seams.log.tell(message::state_not_written, kept.error().message);
    return kept.has_value();
}

bool RequestDesk::has_result(const std::string& activity_id) const {
    const auto assessment = machine_.state.assessment(activity_id);
    if (assessment && assessment->status != OperationStatus::in_progress) return true;
    const auto installation = machine_.state.installation(activity_id);
    return installation && installation->status != OperationStatus::in_progress;
}

/// Its result first: one that is noted as declined has been told of.
bool RequestDesk::decline(const GoalOperation& operation, const Decline& why, RequestState state) {
    const Instant now = machine_.seams.clocks.wall();
    Result<void> kept;
    if (operation.kind == GoalKind::assessment) {
        Assessment result{.activity_id = operation.activity_id,
                          .status = OperationStatus::failed,
                          .started = now,
                          .modified = now,
                          .on = surroundings(machine_),
                          .compliance = {.since = now},
                          .failure = ErrorDetail{why.code, operation.name, why.message}};
        kept = machine_.state.decline(result);
    } else {
        Installation result{.activity_id = operation.activity_id,
                            .maintenance_run_id = operation.maintenance_run_id,
                            .status = OperationStatus::failed,
                            .started = now,
                            .modified = now,
                            .on = surroundings(machine_),
                            .errors = {{why.code, operation.name, why.message}}};
        kept = machine_.state.decline(result);
    }
    if (!kept) {
        machine_.seams.log.tell(message::result_not_recorded, kept.error().message, {{"activity", operation.activity_id}});
        return false;
    }
    return note_state(operation.activity_id, state);
}

bool RequestDesk::settle_begun() {
    bool settled = true;
    const auto known = machine_.state.requests();
    if (!known) return false;
    for (const Request& request : known->requests) {
        if (request.state != RequestState::begun) continue;
        if (has_result(request.activity_id)) {
            settled = note_state(request.activity_id, RequestState::ended) && settled;
            continue;
        }
        const auto asked = std::ranges::find(goal_.operations, request.activity_id, &GoalOperation::activity_id);
        const GoalOperation operation = asked != goal_.operations.end() ? *asked : GoalOperation{.activity_id = request.activity_id};
        // What was to be configured is, by the mode's own record; nothing else tells of it.
        const bool told = operation.kind == GoalKind::configure_patching;
        const Decline why{"OPERATION_INTERRUPTED", "it was interrupted (a stop request, power cut, reboot or kill) before it had done anything"};
        settled = (told ? note_state(request.activity_id, RequestState::ended) : decline(operation, why, RequestState::ended)) && settled;
    }
    return settled;
}

bool RequestDesk::carry_out(const GoalOperation& operation) {
    Log& log = machine_.seams.log;
    const auto known = machine_.state.requests();
    if (!known) return false;
    if (find_request(*known, operation.activity_id) != nullptr || has_result(operation.activity_id)) {
        return note_state(operation.activity_id, RequestState::ended);  // of another life, or another book
    }
    if (const auto why = why_declined(operation, machine_.seams.clocks.wall())) {
        const Message& what = why->code == "OperationExpired" ? message::host_operation_expired : message::host_operation_refused;
        log.tell(what, fmt::format("{}: {}", why->code, why->message), {{"activity", operation.activity_id}});
        return decline(operation, *why, RequestState::declined);
    }
    if (!note_state(operation.activity_id, RequestState::begun)) return false;
    log.tell(message::host_operation_accepted, fmt::format("the host asks for {}", operation.name), {{"activity", operation.activity_id}});
    switch (operation.kind) {
        case GoalKind::assessment: assess_for(operation); break;
        case GoalKind::installation: install_for(operation); break;
        case GoalKind::configure_patching: configure(); break;
        case GoalKind::unknown: break;
    }
    // One that goes on (a reboot, a stop request) ends with its journal.
    const bool open = !std::holds_alternative<Idle>(machine_.state.journal());
    return open || (operation.kind == GoalKind::configure_patching ? note_state(operation.activity_id, RequestState::ended) : settle_begun());
}

void RequestDesk::assess_for(const GoalOperation& operation) {
    assess(machine_.seams, machine_.detected, machine_.settings, machine_.state,
           {.activity_id = operation.activity_id, .selection = machine_.settings.selection}, context_);
}

void RequestDesk::install_for(const GoalOperation& operation) {
    Run run = run_for(operation, machine_);
    // One that nobody can honour stays: it makes the run fail, and the report says why.
    if (auto applied = apply_ceiling(run.request.selection, machine_.detected); !applied) {
        machine_.seams.log.tell(message::publish_ceiling_not_met, applied.error().message);
    }
    const InstallReport report = install(machine_, run, /*refresh=*/true, context_);
    if (report.ask_again) return;
    Timetable timetable = machine_.state.timetable();
    timetable.attempted = run.began.wall;
    if (auto kept = machine_.state.write_timetable(timetable); !kept) machine_.seams.log.tell(message::state_not_written, kept.error().message);
}

void RequestDesk::configure() {
    const ModeReport report = apply_patch_mode(machine_, context_, StartedBy::platform);
    for (const std::string& change : report.changed) machine_.seams.log.tell(message::patch_mode_changed, change);
    if (report.error) machine_.seams.log.tell(message::patch_mode_not_applied, report.error->message);
}

}  // namespace guestpatch
