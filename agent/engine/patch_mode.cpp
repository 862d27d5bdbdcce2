#include "agent/engine/patch_mode.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "agent/engine/assess.hpp"
#include "agent/wire/enums.hpp"
#include "packagers/native_units.hpp"
#include "platform/base/text.hpp"
#include "platform/messages.hpp"
#include "platform/random.hpp"

namespace guestpatch {
namespace {

WantedModes wanted_of(const Settings& settings) {
    return {settings.patch_mode, settings.assessment_mode, is_automatic(settings)};
}

using Natives = std::vector<std::unique_ptr<NativeUpdates>>;

Result<void> wait_until_idle(const Natives& natives, Context& context) {
    for (const auto& native : natives) {
        if (auto idle = native->wait_until_idle(context); !idle) return idle;
    }
    return {};
}

/// One call of apply_patch_mode().
class Handover {
  public:
    Handover(const Machine& machine, Context& context, StartedBy by)
        : machine_(machine),
          context_(context),
          by_(by),
          wanted_(wanted_of(machine.settings)),
          natives_(find_native_updates(machine.seams, machine.state.native_updates())) {}

    ModeReport carry_out() {
        auto known = machine_.state.patch_mode();
        if (!known) return fail(known.error());
        record_ = towards(wanted_, *known, now());
        const bool again = record_.stage == PatchModeStage::applied;
        if (again && wanted_.automatic) record_.stage = PatchModeStage::assessed;
        for (PatchModeStep step = next_step(wanted_, record_); step != PatchModeStep::nothing;
             step = next_step(wanted_, record_)) {
            // Nobody asked for another assessment: the mode is reported as what it is.
            if (again && step == PatchModeStep::report_and_assess) step = PatchModeStep::report;
            if (auto done = perform(step); !done) return fail(done.error());
        }
        report_.statuses = record_.statuses;
        report_.complete = true;
        return std::move(report_);
    }

  private:
    Result<void> perform(PatchModeStep step) {
        switch (step) {
            case PatchModeStep::assess: return look_first();
            case PatchModeStep::turn_off: return turn_off();
            case PatchModeStep::turn_on: return turn_on();
            case PatchModeStep::report: return enter(PatchModeStage::applied);
            case PatchModeStep::report_and_assess: return assess_as_platform();
            case PatchModeStep::nothing: return {};
        }
        return {};
    }

    Result<void> look_first() {
        const AssessOutcome seen = look(by_, true);
        if (auto kept = check_kept(seen); !kept) return kept;
        if (seen.assessment.failure) {
            const Errc code = context_.stop.stop_requested() ? Errc::cancelled : Errc::failed;
            return Error{code, seen.assessment.failure->message}.within(
                "the first assessment failed, so native updates stay on");
        }
        if (const auto blind = find_security_blind_spot(seen.assessment)) {
            return Error{Errc::failed,
                         fmt::format("the first assessment did not see all security sources, so native updates "
                                     "stay on: {}: {}: {}",
                                     blind->source, to_wire(blind->code), blind->message)};
        }
        return enter(PatchModeStage::assessed);
    }

    /// The lists are as young as the assessment before. What it could not see it reports itself.
    Result<void> assess_as_platform() {
        const AssessOutcome seen = look(StartedBy::platform, false);
        if (auto kept = check_kept(seen); !kept) return kept;
        if (context_.stop.stop_requested()) return Error{Errc::cancelled, "a stop was requested"};
        return enter(PatchModeStage::applied);
    }

    AssessOutcome look(StartedBy by, bool refresh) {
        const AssessRequest request{make_guid(), by, refresh, true, machine_.settings.selection};
        return assess(machine_.seams, machine_.detected, machine_.settings, machine_.state, request, context_);
    }

    static Result<void> check_kept(const AssessOutcome& seen) {
        if (seen.refused) return *seen.refused;
        return seen.not_recorded ? Result<void>(*seen.not_recorded) : Result<void>();
    }

    Result<void> turn_off() {
        begin_statuses();
        std::vector<std::string> failed;
        if (auto idle = check_idle(); !idle) {
            const bool runs = idle.error().code == Errc::busy;
            return idle.error().within(runs ? "a native run is in progress, so native updates stay on"
                                            : "native updates stay on");
        }
        for (const auto& native : natives_) {
            const NativeChange change = native->turn_off();
            tell(*native, change, failed);
            if (!change.off.empty()) {
                add("NativeUpdates/Off", StatusLevel::info, "Native updates off",
                    native->name() + ": " + join(change.off));
            }
        }
        if (!failed.empty()) {
            return Error{Errc::failed, "native updates could not be turned off: " + join(failed, "; ")};
        }
        // One that began before its timer stopped.
        if (auto idle = check_idle(); !idle) {
            return idle.error().within("native updates are off, their last run is in progress");
        }
        for (const auto& native : natives_) {
            for (const std::string& why : native->still_on(context_)) {
                add("NativeUpdates/StillOn", StatusLevel::warning, "Native updates still on",
                    native->name() + ": " + why);
            }
        }
        close_statuses("Enabled");
        return enter(PatchModeStage::switched);
    }

    Result<void> turn_on() {
        if (auto begun = remember(); !begun) return begun;  // from here on it is this mode, however far it comes
        begin_statuses();
        std::vector<std::string> failed;
        for (const auto& native : natives_) {
            const NativeChange change = native->turn_on();
            tell(*native, change, failed);
            if (!change.done.empty()) {
                add("NativeUpdates/On", StatusLevel::info, "Native updates as found",
                    native->name() + ": " + join(change.done, "; "));
            }
        }
        if (!failed.empty()) {
            return Error{Errc::failed, "native updates could not be turned back on: " + join(failed, "; ")};
        }
        close_statuses("Disabled");
        return enter(PatchModeStage::switched);
    }

    /// Only looks: whoever holds the operation lock does not wait.
    Result<void> check_idle() {
        Context at_once{{machine_.seams.clocks.boot()}, context_.stop, context_.progress};
        return wait_until_idle(natives_, at_once);
    }

    void tell(const NativeUpdates& native, const NativeChange& change, std::vector<std::string>& failed) {
        const auto named = [&native](const std::string& sentence) { return native.name() + ": " + sentence; };
        std::ranges::transform(change.done, std::back_inserter(report_.changed), named);
        std::ranges::transform(change.failed, std::back_inserter(failed), named);
        for (const std::string& kept : change.kept) {
            add("NativeUpdates/Kept", StatusLevel::warning, "Left as somebody else wants it", named(kept));
        }
        for (const std::string& lost : change.lost) {
            add("NativeUpdates/Forgotten", StatusLevel::warning, "Not known how it was found", named(lost));
        }
        only_files_ = only_files_ || change.only_files;
    }

    void begin_statuses() { record_.statuses.clear(); }
    void close_statuses(const char* display) {
        const bool quiet = record_.statuses.empty();
        const std::string message = !wanted_.automatic ? "this machine updates itself as its image was made to"
                                    : quiet            ? "guestpatch patches this machine; it had no native updates"
                                                       : "guestpatch patches this machine";
        const InstanceViewStatus mode{"PatchMode/" + wanted_.patch_mode, StatusLevel::info, display, message, now()};
        record_.statuses.insert(record_.statuses.begin(), mode);
        const bool assesses = wanted_.assessment_mode == "AutomaticByPlatform";
        add("AssessmentMode/" + wanted_.assessment_mode, StatusLevel::info, assesses ? "Enabled" : "Disabled",
            assesses ? "assessed every assessment.interval" : "assessed when patching needs it, or when asked");
        if (only_files_) {
            add("NativeUpdates/OnlyFiles", StatusLevel::info, "No service manager",
                "no systemd runs here: only files were changed");
        }
        if (auto waiting = offline_update_warning(machine_.seams.files, now())) {
            record_.statuses.push_back(std::move(*waiting));
        }
    }

    void add(std::string code, StatusLevel level, std::string display, std::string message) {
        record_.statuses.push_back({std::move(code), level, std::move(display), std::move(message), now()});
    }

    /// The stage is entered when what it says is true; the status first says so from the switch on.
    Result<void> enter(PatchModeStage stage) {
        record_.stage = stage;
        if (auto written = remember(); !written) return written;
        const bool tells = stage == PatchModeStage::switched || stage == PatchModeStage::applied;
        return tells ? machine_.state.record(record_.statuses) : Result<void>();
    }

    Result<void> remember() {
        record_.at = now();
        return machine_.state.write_patch_mode(record_);
    }

    ModeReport fail(const Error& error) {
        const bool only_later =
            error.code == Errc::cancelled || error.code == Errc::timed_out || error.code == Errc::busy;
        std::erase_if(record_.statuses,
                      [](const InstanceViewStatus& status) { return status.code.starts_with("PatchMode/"); });
        record_.statuses.insert(
            record_.statuses.begin(),
            {"PatchMode/" + wanted_.patch_mode, only_later ? StatusLevel::warning : StatusLevel::error,
             wanted_.automatic ? "Not enabled" : "Not disabled", error.message, now()});
        if (auto told = machine_.state.record(record_.statuses); !told) {
            machine_.seams.log.tell(message::state_not_written, told.error().message);
        }
        report_.statuses = record_.statuses;
        report_.error = error;
        return std::move(report_);
    }

    [[nodiscard]] Instant now() const { return machine_.seams.clocks.wall(); }

    const Machine& machine_;
    Context& context_;
    StartedBy by_;
    WantedModes wanted_;
    Natives natives_;
    PatchModeRecord record_;
    ModeReport report_;
    bool only_files_ = false;
};

}  // namespace

Result<void> wait_for_native_run(const Machine& machine, Context& context) {
    if (!is_automatic(machine.settings)) return {};
    return wait_until_idle(find_native_updates(machine.seams, machine.state.native_updates()), context);
}

ModeReport apply_patch_mode(const Machine& machine, Context& context, StartedBy by) {
    return Handover(machine, context, by).carry_out();
}

bool patch_mode_is_applied(Files& files, const StateFolder& state, const Settings& settings) {
    const auto known = state.patch_mode();
    if (!known || !is_applied(wanted_of(settings), *known)) return false;
    // Without a record nothing may be off: whoever deleted it has not turned anything on again.
    return *known || !files.info(state.native_updates());
}

std::optional<InstanceViewStatus> offline_update_warning(Files& files, Instant now) {
    const auto link = prepared_offline_update(files);
    if (!link) return std::nullopt;
    return InstanceViewStatus{
        "NativeUpdates/OfflineUpdatePrepared", StatusLevel::warning, "An offline update is prepared",
        *link +
            ": the next boot installs it before the machine comes up, whoever reboots; remove the link if "
            "that is not wanted",
        now};
}

}  // namespace guestpatch
