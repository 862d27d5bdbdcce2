#include "agent/daemon/job.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "agent/daemon/request_desk.hpp"
#include "agent/domain/due.hpp"
#include "agent/engine/assess.hpp"
#include "agent/engine/automatic_run.hpp"
#include "agent/engine/operation.hpp"
#include "agent/engine/patch_mode.hpp"
#include "agent/host/outbox.hpp"
#include "agent/wire/enums.hpp"
#include "platform/messages.hpp"
#include "platform/process.hpp"
#include "platform/random.hpp"

namespace guestpatch {
namespace {

constexpr std::chrono::hours assessment_limit{1};

/// As the operation lock calls it.
std::string_view kind_of(const RequestJob& job) {
    const GoalKind kind = job.operation ? job.operation->kind : GoalKind::installation;
    return kind == GoalKind::assessment ? "Assessment" : kind == GoalKind::configure_patching ? "Configuration" : "Installation";
}

/// One job at its bench.
class Work {
  public:
    Work(const Workbench& bench, Detected detected, std::stop_token stop)
        : bench_(bench),
          detected_(std::move(detected)),
          machine_{bench.seams, detected_, *bench.settings, bench.state, bench.courier},
          context_{{bench.seams.clocks.boot() + assessment_limit}, stop, silent_, bench.settings->stop_timeout},
          id_(make_guid()) {}

    JobEnd operator()(const FinishJob&) {
        if (const auto end = begin("Installation")) return *end;
        return trouble_ ? JobEnd::trouble : JobEnd::done;
    }

    JobEnd operator()(const ModeJob&) {
        // Before the lock is taken: it is never held while waiting. What runs even then is reported by applying the mode.
        if (auto idle = wait_for_native_run(machine_, context_); !idle) {
            log().tell(message::native_run_goes_on, idle.error().message);
        }
        if (context_.stop.stop_requested()) return JobEnd::trouble;
        context_.deadline = {bench_.seams.clocks.boot() + assessment_limit};
        if (const auto end = begin("Configuration")) return *end;
        const ModeReport report = apply_patch_mode(machine_, context_, StartedBy::platform);
        for (const std::string& change : report.changed) log().tell(message::patch_mode_changed, change);
        if (report.error) log().tell(message::patch_mode_not_applied, report.error->message);
        return report.complete ? JobEnd::done : JobEnd::trouble;
    }

    JobEnd operator()(const AssessJob&) {
        if (const auto end = begin("Assessment")) return *end;
        const Timetable before = bench_.state.timetable();
        Timetable timetable = before;
        timetable.tried = bench_.seams.clocks.wall();
        ++timetable.failures;  // until it has seen something: a crash on the way is a failure too
        if (!keep(timetable)) return JobEnd::trouble;
        const AssessOutcome seen =
            assess(bench_.seams, detected_, *bench_.settings, bench_.state,
                   {.activity_id = id_, .started_by = StartedBy::platform, .selection = automatic_selection(*bench_.settings)}, context_);
        const Assessment& result = seen.assessment;
        log().tell(message::assessed,
                   fmt::format("assessed: {} Critical and Security, {} Other patches pending",
                               count_critical_and_security(result.patches), count(result.patches, Classification::other)),
                   {{"activity", id_}, {"status", std::string(to_wire(result.status))}});
        if (context_.stop.stop_requested()) {
            timetable.failures = before.failures;  // it was not the machine's fault
            timetable.tried = before.tried;
        } else if (result.failure || seen.not_recorded || is_half_blind(result.blind_spots)) {
            return JobEnd::done;  // the timetable says when the next try is due
        } else {
            timetable.failures = 0;
        }
        return keep(timetable) ? JobEnd::done : JobEnd::trouble;
    }

    JobEnd operator()(const InstallJob& job) {
        if (const auto end = begin("Installation")) return *end;
        const State open = bench_.state.journal();
        if (!std::holds_alternative<Idle>(open)) return JobEnd::done;  // what was left over comes first
        Run run = automatic_run(*bench_.settings, job.window, machine_.now(), id_);
        // One that nobody can honour stays: it makes the run fail, and the report says why.
        if (auto applied = apply_ceiling(run.request.selection, detected_); !applied) {
            log().tell(message::publish_ceiling_not_met, applied.error().message);
        }
        const Timetable before = bench_.state.timetable();
        Timetable timetable = before;
        timetable.attempted = run.began.wall;
        timetable.rollout = Rollout{job.month, false};
        remember(timetable, {job.window.window, job.window.source, WindowOutcome::met}, run.began.wall);
        if (!keep(timetable)) return JobEnd::trouble;
        log().tell(message::installation_begins, "an installation begins",
                   {{"activity", run.activity_id},
                    {"window", job.window.source},
                    {"closes", format_instant(job.window.window.closes)}});
        const InstallReport report = install(machine_, run, /*refresh=*/false, context_);
        tell(report);
        return report.not_recorded || !note_turned_away(report, before) ? JobEnd::trouble : JobEnd::done;
    }

    JobEnd operator()(const RequestJob& job) {
        if (job.operation) id_ = job.operation->activity_id;
        if (const auto end = begin(kind_of(job))) return *end;
        const State open = bench_.state.journal();
        if (!std::holds_alternative<Idle>(open)) return JobEnd::done;  // what was left over comes first
        RequestDesk desk(machine_, job.goal, context_);
        if (!desk.settle_begun()) return JobEnd::trouble;
        return !job.operation || desk.carry_out(*job.operation) ? JobEnd::done : JobEnd::trouble;
    }

  private:
    Log& log() { return bench_.seams.log; }

    /// Takes the lock; an end when there is nothing to go on with.
    std::optional<JobEnd> begin(std::string_view kind) {
        const bool automatic = is_automatic(*bench_.settings);
        auto begun = begin_operation(machine_, {std::string(kind), id_, current_process_id(), bench_.seams.clocks.wall()},
                                     automatic ? Takeover::continue_it : Takeover::wait_for_it, context_);
        if (!begun) {
            const bool busy = begun.error().code == Errc::busy;
            log().tell(busy ? message::operation_waits : message::operation_not_begun, begun.error().message);
            return busy ? JobEnd::busy : JobEnd::trouble;
        }
        lock_ = std::move(begun->lock);
        if (begun->finished) {
            tell(*begun->finished);
            trouble_ = begun->finished->not_recorded.has_value() || !note_turned_away(*begun->finished, std::nullopt);
        }
        return std::nullopt;
    }

    void tell(const InstallReport& report) {
        const Installation& result = report.installation;
        log().tell(message::installation_ended,
                   fmt::format("installation {}: {} installed, {} failed, {} pending", to_wire(result.status),
                               count(result.patches, InstallationState::installed), count(result.patches, InstallationState::failed),
                               count(result.patches, InstallationState::pending)),
                   {{"activity", result.activity_id},
                    {"state", std::string(name_of(report.state))},
                    {"reboot", std::string(to_wire(result.reboot_status))}});
        note_rollout(result);
    }

    /// A run that was turned away leaves its window open; one that touched nothing was no attempt, and of all such tries
    /// only the last is worth keeping.
    bool note_turned_away(const InstallReport& report, const std::optional<Timetable>& before) {
        const Installation& result = report.installation;
        Timetable timetable = bench_.state.timetable();
        const Timetable known = timetable;
        const auto window = std::ranges::find(timetable.windows, result.maintenance_run_id,
                                              [](const WindowRecord& record) { return maintenance_run_id(record.window.opens); });
        if (result.started_by != StartedBy::platform || window == timetable.windows.end()) return true;
        const bool untouched = count(result.patches, InstallationState::installed) + count(result.patches, InstallationState::failed) == 0;
        // What the host has heard of stays known here as well.
        const Ledger heard = Outbox(bench_.seams, bench_.state).ledger(bench_.settings->host.url);
        for (const std::string& name : std::exchange(timetable.turned_away, {})) {
            if (!heard.results.contains(name)) bench_.state.forget(name);
        }
        if (report.ask_again) {
            const bool ill = std::ranges::find(result.errors, unhealthy_code, &ErrorDetail::code) != result.errors.end();
            window->outcome = ill ? WindowOutcome::unhealthy : WindowOutcome::not_admitted;
            timetable.not_before = bench_.seams.clocks.wall() + std::min(*report.ask_again, longest_turn_away);
            if (untouched) timetable.turned_away = {"installations/" + result.activity_id, "assessments/" + result.assessment_id};
            if (untouched && before) {
                timetable.attempted = before->attempted;
                timetable.rollout = before->rollout;
            }
        }
        return timetable == known || keep(timetable);
    }

    /// A rollout is complete when a run of its month has put everything in, after its reboot if there is one.
    void note_rollout(const Installation& result) {
        Timetable timetable = bench_.state.timetable();
        const bool reboot_is_owed = result.reboot_status == RebootStatus::required && result.reboot_setting != RebootSetting::never;
        const bool ended_well =
            result.started_by == StartedBy::platform && result.status == OperationStatus::succeeded && !reboot_is_owed;
        if (!ended_well || !timetable.rollout || timetable.rollout->complete) return;
        timetable.rollout->complete = true;
        (void)keep(timetable);
    }

    bool keep(const Timetable& timetable) {
        auto kept = bench_.state.write_timetable(timetable);
        if (!kept) log().tell(message::state_not_written, kept.error().message);
        return kept.has_value();
    }

    const Workbench& bench_;
    NoProgress silent_;
    Detected detected_;
    Machine machine_;
    Context context_;
    std::string id_;
    std::unique_ptr<HeldLock> lock_;
    bool trouble_ = false;
};

}  // namespace

std::string_view describe(const Job& job) {
    constexpr std::string_view words[]{"finishing what was interrupted", "applying the patch mode", "assessing", "installing",
                                       "doing what the host asked for"};
    return words[job.index()];
}

JobEnd carry_out(const Job& job, const Workbench& bench, std::stop_token stop) {
    auto detected = bench.find(*bench.settings);
    if (!detected) {
        bench.seams.log.tell(message::package_manager_not_found, detected.error().message);
        return JobEnd::trouble;
    }
    Work work(bench, std::move(*detected), std::move(stop));
    return std::visit(work, job);
}

}  // namespace guestpatch
