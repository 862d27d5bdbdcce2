// What a command owes the host and the monitoring system when it has changed something.
#include "agent/cli/run.hpp"
#include "agent/cli/version.hpp"
#include "agent/config/statuses.hpp"
#include "agent/engine/metrics.hpp"
#include "agent/host/host_link.hpp"
#include "platform/messages.hpp"

namespace guestpatch {
namespace {

/// Nobody at a shell waits longer for a host.
constexpr milliseconds patience{5000};

bool service_runs(App& app, const CommonOptions& common) {
    const Path& runtime = common.state_dir.empty() ? app.paths.runtime : common.state_dir;
    const auto holder = app.seams.locks.holder(runtime / "daemon.lock");
    return holder && holder->has_value();
}

}  // namespace

std::vector<InstanceViewStatus> host_statuses(const App& app, const StateFolder& state, const Configuration& configuration) {
    const auto goal = app.seams.files.info(state.goal_state());
    auto statuses = configuration_statuses(configuration, goal ? goal->modified : app.seams.clocks.wall());
    const Ledger ledger = Outbox(app.seams, state).ledger(configuration.settings.host.url);
    if (auto refused = goal_status(ledger)) statuses.push_back(std::move(*refused));
    return statuses;
}

void tell_others(App& app, const CommonOptions& common, const Configuration& configuration) {
    // The service sees what has changed, and tells of it.
    if (!app.seams.host.privileged() || service_runs(app, common)) return;
    const Settings& settings = configuration.settings;
    const StateFolder state = state_folder(app, common);
    std::optional<HostMetrics> host;
    if (!settings.host.url.empty()) {
        HostLink link(app.seams, state, courier_of(app), std::string(version()));
        const auto goal = app.seams.files.info(state.goal_state());
        const Topics topics{settings, configuration_statuses(configuration, goal ? goal->modified : app.seams.clocks.wall()),
                            settings.host.interval};
        const TalkOutcome outcome = link.talk(topics, Talk::reports, {}, {}, patience, app.stop);
        const OutboxSummary waiting = link.outbox().summary(settings.host.url);
        host = HostMetrics{waiting.reports, waiting.results, waiting.batches, waiting.oldest, waiting.spoke, outcome.failed ? 1 : 0};
    }
    if (settings.metrics_textfile.empty()) return;
    const auto written = write_metrics(app.seams, state, settings, {std::string(version()), std::string(build_description()), host});
    if (!written) app.seams.log.tell(message::metrics_not_written, written.error().message);
}

}  // namespace guestpatch
