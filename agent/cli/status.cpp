#include <algorithm>

#include "agent/cli/output.hpp"
#include "agent/cli/run.hpp"
#include "agent/cli/version.hpp"
#include "agent/engine/assess.hpp"
#include "packagers/detect.hpp"

namespace guestpatch {
namespace {

class Silent final : public Progress {
    void step(std::string_view, std::optional<int>) override {}
};

/// The reboot state of this moment, not of the last assessment.
RebootNeed ask_reboot_need(App& app, const Settings& settings) {
    auto detected = detect_package_manager(app.seams, settings.package_manager, {});
    if (!detected) return {};
    Silent silent;
    Context context{{}, app.stop, silent};
    return detected->manager->reboot_need(context).value_or(RebootNeed());
}

/// A verdict ages: what was seen three days ago is no sight any more.
Compliance judge_now(App& app, const Settings& settings, const Assessment& last, const RebootNeed& reboot, Instant now) {
    const auto seen_at = last.metadata_age ? std::optional(last.modified - *last.metadata_age) : std::nullopt;
    const auto support = read_support_end(app.seams, settings, false);
    return judge_compliance({last.patches, last.blind_spots, reboot, seen_at, support, settings.compliance_max_age}, last.compliance, now);
}

}  // namespace

ExitCode run_status(App& app, const CommonOptions& common, const Configuration& configuration) {
    const Settings& settings = configuration.settings;
    const StateFolder state(app.seams, state_path(app, common));
    const Instant now = app.seams.clocks.wall();
    PatchStatus status = state.patch_status();
    AgentStatus agent{.version = std::string(version()),
                      .machine_id = settings.machine_id.empty() ? app.seams.host.facts().machine_id : settings.machine_id,
                      .boot_id = app.seams.clocks.boot_id(),
                      .patch_mode = settings.patch_mode,
                      .assessment_mode = settings.assessment_mode,
                      .reboot = ask_reboot_need(app, settings),
                      .operation = state.running()};
    if (agent.operation) agent.elapsed = std::max(now - agent.operation->started, seconds(0));
    if (status.available) {
        agent.last_operation = RunningOperation{"Assessment", status.available->activity_id, 0, status.available->started};
        if (const auto last = state.assessment(status.available->activity_id); last && !last->failure) {
            agent.blind_spots = last->blind_spots;
            status.compliance = judge_now(app, settings, *last, agent.reboot, now);
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
