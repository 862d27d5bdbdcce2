#include "agent/engine/metrics.hpp"

#include <fmt/format.h>

#include "agent/domain/due.hpp"
#include "agent/engine/status.hpp"
#include "agent/wire/metrics.hpp"

namespace guestpatch {
namespace {

constexpr std::chrono::days counted_back{30};

std::map<BlindSpotCode, std::size_t> count_codes(const std::vector<BlindSpot>& blind_spots) {
    std::map<BlindSpotCode, std::size_t> counted;
    for (const BlindSpot& spot : blind_spots) ++counted[spot.code];
    return counted;
}

/// While an assessment runs or after one that failed, what the one before saw is all that is known.
void add_sight(MetricsFacts& facts, Seams seams, const StateFolder& state, const Settings& settings, const Timetable& timetable) {
    const auto sight = state.last_sight();
    if (!sight) return;
    facts.pending = tally(*sight);
    if (is_automatic(settings)) {
        facts.attempt_overdue = attempt_overdue(sight->patches, timetable, settings.off_peak.attempt_within, facts.now).has_value();
    }
    facts.reboot_since = sight->reboot.since;
    // A verdict ages, also while nothing new can be seen.
    facts.compliance = judge_now(seams, settings, *sight, sight->reboot, facts.now);
    if (sight->activity_id != facts.assessment->activity_id) return;
    facts.assessment_duration = sight->duration;
    facts.blind_spots = count_codes(sight->blind_spots);
}

void add_installation(MetricsFacts& facts, const StateFolder& state) {
    if (!facts.installation || facts.installation->status == OperationStatus::in_progress) return;
    const auto last = state.installation(facts.installation->activity_id);
    if (!last) return;
    facts.installation_duration = last->duration;
    facts.health = last->health_after ? last->health_after : last->health_before;
}

}  // namespace

MetricsFacts gather_metrics(Seams seams, const StateFolder& state, const Settings& settings, const MetricsView& view) {
    const PatchStatus status = state.patch_status();
    const auto operation = state.running();
    const Timetable timetable = state.timetable();
    MetricsFacts facts{.now = seams.clocks.wall(),
                       .version = view.version,
                       .build = view.build,
                       .state = state_name(state, status, operation),
                       .patch_mode = settings.patch_mode,
                       .assessment_mode = settings.assessment_mode,
                       .operation = operation ? operation->kind : "",
                       .assessment = status.available,
                       .compliance = status.compliance,
                       .installation = status.installation,
                       .host = view.host};
    facts.windows = count_windows(timetable, facts.now - counted_back);
    if (const auto windows = automatic_windows(seams, settings, facts.now)) {
        if (const auto next = next_usable_window(*windows, timetable, facts.now)) facts.next_window = next->window;
    }
    if (facts.assessment) add_sight(facts, seams, state, settings, timetable);
    add_installation(facts, state);
    return facts;
}

Result<void> write_metrics(Seams seams, const StateFolder& state, const Settings& settings, const MetricsView& view) {
    if (settings.metrics_textfile.empty()) return {};
    const Path folder = settings.metrics_textfile.parent_path();
    const auto found = seams.files.info(folder);
    if (!found || found->kind != FileKind::directory) {
        return Error{Errc::not_found, fmt::format("metrics.textfile: there is no folder {}; make it, or name the one node_exporter "
                                                  "reads (--collector.textfile.directory)", folder.string())};
    }
    const std::string text = encode_metrics(gather_metrics(seams, state, settings, view));
    return seams.files.write_volatile(settings.metrics_textfile, text, Readers::everyone).within("metrics.textfile");
}

}  // namespace guestpatch
