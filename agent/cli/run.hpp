// One command, from arguments to exit code.
#pragma once

#include <functional>
#include <ostream>
#include <stop_token>

#include "agent/cli/exit_code.hpp"
#include "agent/cli/options.hpp"
#include "agent/cli/output.hpp"
#include "agent/config/load.hpp"
#include "agent/engine/machine.hpp"
#include "platform/console.hpp"
#include "platform/paths.hpp"
#include "platform/seams.hpp"

namespace guestpatch {

/// The world a command runs in; main() fills it with the real one, tests with fakes.
struct App {
    Seams seams;
    SystemPaths paths;
    Console console;
    std::stop_token stop;
    std::ostream& out;
    std::ostream& err;
    std::string job;  ///< of guestpatch's own, that started this process: waiting for it would be for ever
};

/// Runs what was parsed. Never throws; every failure becomes a message (or a JSON document) and an exit code.
ExitCode run(App& app, const Invocation& invocation);

/// A failure of the invocation itself, as the user asked to be told.
ExitCode report(App& app, bool json, const Error& error);
[[nodiscard]] ExitCode exit_code_of(const Error& error);

[[nodiscard]] TextStyle text_style(const App& app, const CommonOptions& common);
[[nodiscard]] StateFolder state_folder(const App& app, const CommonOptions& common);
/// Where the configuration of this invocation stands.
[[nodiscard]] ConfigurationSources configuration_sources(const App& app, const CommonOptions& common);
[[nodiscard]] Courier courier_of(const App& app);
/// The package manager of this machine, as option and configuration want it. `ceiling`: nothing published later.
Result<Detected> find_package_manager(const App& app, const CommonOptions& common, const Settings& settings,
                                      const std::optional<Instant>& ceiling = std::nullopt);
/// For root: takes the operation lock and brings to its end what earlier processes left behind.
Result<std::unique_ptr<HeldLock>> begin_operation(App& app, const Machine& machine, const RunningOperation& operation,
                                                  Context& context);
/// After a command that has changed something, where no service does it: the host is told, for a moment at most, and the
/// metrics are written. For root; trouble is logged, and what was not taken waits.
void tell_others(App& app, const CommonOptions& common, const Configuration& configuration);
/// What became of what the host asks for, beside what patchStatus.json says.
[[nodiscard]] std::vector<InstanceViewStatus> host_statuses(const App& app, const StateFolder& state, const Configuration& configuration);
/// For commands that only look: as root they first finish an interrupted installation that does not run any more.
void finish_for_reader(App& app, const CommonOptions& common, const Settings& settings);

// The commands. Each stands in a file of its own.
ExitCode run_assess(App& app, const CommonOptions& common, const AssessOptions& options, const Configuration& configuration);
ExitCode run_install(App& app, const CommonOptions& common, const InstallOptions& options, const Configuration& configuration);
ExitCode run_plan(App& app, const CommonOptions& common, const PlanOptions& options, const Configuration& configuration);
ExitCode run_status(App& app, const CommonOptions& common, const Configuration& configuration);
ExitCode run_history(App& app, const CommonOptions& common, const HistoryOptions& options, const Configuration& configuration);
ExitCode run_windows(App& app, const CommonOptions& common, const WindowsOptions& options, const Configuration& configuration);
/// `load` reads the configuration anew.
ExitCode run_daemon(App& app, const CommonOptions& common, const Configuration& configuration,
                    const std::function<Configuration()>& load);
ExitCode run_configure(App& app, const CommonOptions& common, const ConfigureOptions& options, const Configuration& configuration);
ExitCode run_config_check(App& app, const CommonOptions& common, const Configuration& configuration);
ExitCode run_config_show(App& app, const CommonOptions& common, const Configuration& configuration);

}  // namespace guestpatch
