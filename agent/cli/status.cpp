#include <algorithm>

#include "agent/cli/output.hpp"
#include "agent/cli/run.hpp"
#include "agent/cli/shown_window.hpp"
#include "agent/cli/version.hpp"
#include "agent/domain/due.hpp"
#include "agent/engine/status.hpp"
#include "agent/host/outbox.hpp"
#include "packagers/detect.hpp"

namespace guestpatch {
namespace {

constexpr std::chrono::days shown_back{30};

/// The reboot state of this moment, not of the last assessment.
RebootNeed ask_reboot_need(App& app, const CommonOptions& common, const Settings& settings) {
    auto detected = find_package_manager(app, common, settings);
    if (!detected) return {};
    NoProgress silent;
    Context context{{}, app.stop, silent};
    return detected->manager->reboot_need(context, Effort::glance).value_or(RebootNeed());
}

/// The newest of both kinds.
std::optional<RunningOperation> last_operation(const PatchStatus& status) {
    std::optional<RunningOperation> last;
    if (status.available) last = RunningOperation{"Assessment", status.available->activity_id, 0, status.available->started};
    if (status.installation && (!last || status.installation->modified >= status.available->modified)) {
        last = RunningOperation{"Installation", status.installation->activity_id, 0, status.installation->started};
    }
    return last;
}

}  // namespace

ExitCode run_status(App& app, const CommonOptions& common, const Configuration& configuration) {
    const Settings& settings = configuration.settings;
    finish_for_reader(app, common, settings);
    const StateFolder state = state_folder(app, common);
    const Instant now = app.seams.clocks.wall();
    PatchStatus status = state.patch_status();
    AgentStatus agent{.now = now,
                      .version = std::string(version()),
                      .machine_id = machine_id_of(settings, app.seams.host),
                      .boot_id = app.seams.clocks.boot_id(),
                      .patch_mode = settings.patch_mode,
                      .assessment_mode = settings.assessment_mode,
                      .reboot = ask_reboot_need(app, common, settings),
                      .operation = state.running()};
    agent.state = state_name(state, status, agent.operation);
    agent.last_operation = last_operation(status);
    if (agent.operation) {
        agent.elapsed = std::max(now - agent.operation->started, seconds(0));
        agent.progress = state.progress(agent.operation->activity_id);
    }
    agent.host = settings.host.url;
    if (!agent.host.empty()) {
        agent.outbox = Outbox(app.seams, state).summary(agent.host);
        std::ranges::move(host_statuses(app, state, configuration), std::back_inserter(status.configuration));
    }
    const Timetable timetable = state.timetable();
    agent.windows = count_windows(timetable, now - shown_back);
    agent.next_window = next_usable_window(app.seams, settings, timetable, now);
    if (status.available) {
        if (const auto last = state.last_sight()) {
            if (last->activity_id == status.available->activity_id) agent.blind_spots = last->blind_spots;
            status.compliance = judge_now(app.seams, settings, *last, agent.reboot, now);
            if (is_automatic(settings)) {
                agent.attempt_overdue =
                    attempt_overdue(last->patches, timetable, settings.off_peak.attempt_within, now).value_or("");
            }
        }
    }
    if (common.json) {
        app.out << encode_status(status, agent) << '\n';
    } else {
        app.out << render_status(status, agent, now, text_style(app, common));
    }
    return ExitCode::done;
}

}  // namespace guestpatch
