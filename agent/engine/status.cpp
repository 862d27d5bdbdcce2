#include "agent/engine/status.hpp"

#include "agent/engine/assess.hpp"

namespace guestpatch {

std::string state_name(const StateFolder& state, const PatchStatus& status, const std::optional<RunningOperation>& operation) {
    if (operation && operation->kind == "Assessment") return "Assessing";
    const State now = state.journal();
    const bool open = status.installation && status.installation->status == OperationStatus::in_progress;
    if (std::holds_alternative<Idle>(now) && ((operation && operation->kind == "Installation") || open)) return "Installing";
    return std::string(name_of(now));
}

Compliance judge_now(Seams seams, const Settings& settings, const Assessment& last, const RebootNeed& reboot,
                     Instant now) {
    const auto seen_at = last.metadata_age ? std::optional(last.modified - *last.metadata_age) : std::nullopt;
    const auto support = read_support_end(seams, settings, false);
    return judge_compliance({last.patches, last.blind_spots, reboot, seen_at, support, settings.compliance_max_age},
                            last.compliance, now);
}

std::optional<Windows> automatic_windows(Seams seams, const Settings& settings, Instant now) {
    if (!is_automatic(settings)) return std::nullopt;
    return Windows(seams, schedule_of(settings, machine_id_of(settings, seams.host)), now);
}

std::optional<ScheduledWindow> next_usable_window(const Windows& windows, const Timetable& timetable, Instant now) {
    // One that is used up may still be open, of each source; after it comes one that is not.
    for (ScheduledWindow& scheduled : windows.upcoming(now, windows.schedule().configurations.size() + 2)) {
        const WindowRecord* record = find_record(timetable, scheduled);
        if (record == nullptr || !is_settled(*record)) return std::move(scheduled);
    }
    return std::nullopt;
}

}  // namespace guestpatch
