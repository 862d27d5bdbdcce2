#include "agent/cli/run.hpp"

#include <fmt/format.h>

#include "agent/wire/documents.hpp"

namespace guestpatch {
namespace {

/// Faults stop every command but `config check`, which is about them.
std::optional<Error> first_fault(const Configuration& configuration) {
    if (configuration.errors.empty()) return std::nullopt;
    const ConfigFault& fault = configuration.errors.front();
    const std::string more = configuration.errors.size() > 1 ? fmt::format(" (and {} more)", configuration.errors.size() - 1) : "";
    const std::string key = fault.key.empty() ? "" : fault.key + ": ";
    return Error{Errc::invalid, fmt::format("{}:{}: {}{}{}; see guestpatch config check", fault.file, fault.line, key, fault.message, more)};
}

struct Dispatch {
    App& app;
    const CommonOptions& common;

    ExitCode operator()(const PrintText& text) const {
        app.out << text.text;
        return ExitCode::done;
    }
    ExitCode operator()(const ConfigCheckOptions&) const { return run_config_check(app, common, load()); }
    template <class Options>
    ExitCode operator()(const Options& options) const {
        const Configuration configuration = load();
        if (const auto fault = first_fault(configuration)) return report(app, common.json, *fault);
        return start(options, configuration);
    }

    ExitCode start(const AssessOptions& options, const Configuration& with) const { return run_assess(app, common, options, with); }
    ExitCode start(const InstallOptions& options, const Configuration& with) const { return run_install(app, common, options, with); }
    ExitCode start(const PlanOptions& options, const Configuration& with) const { return run_plan(app, common, options, with); }
    ExitCode start(const StatusOptions&, const Configuration& with) const { return run_status(app, common, with); }
    ExitCode start(const HistoryOptions& options, const Configuration& with) const { return run_history(app, common, options, with); }
    ExitCode start(const WindowsOptions& options, const Configuration& with) const { return run_windows(app, common, options, with); }
    ExitCode start(const DaemonOptions&, const Configuration& with) const {
        return run_daemon(app, common, with, [this] { return load(); });
    }
    ExitCode start(const ConfigureOptions& options, const Configuration& with) const { return run_configure(app, common, options, with); }
    ExitCode start(const ConfigShowOptions&, const Configuration& with) const { return run_config_show(app, common, with); }

    [[nodiscard]] Configuration load() const {
        Configuration configuration = load_configuration(app.seams.files, app.seams.zones, configuration_sources(app, common));
        if (!common.config_dir.empty() && !app.seams.files.info(common.config_dir)) {
            configuration.errors.push_back({common.config_dir.string(), 0, "", "no such folder"});
        }
        if (!common.log_level && configuration.errors.empty()) app.seams.log.set_least(configuration.settings.log_level);
        return configuration;
    }
};

}  // namespace

ExitCode exit_code_of(const Error& error) {
    switch (error.code) {
        case Errc::invalid: return ExitCode::usage;
        case Errc::busy: return ExitCode::busy;
        case Errc::permission: return ExitCode::not_privileged;
        default: return ExitCode::failed;
    }
}

TextStyle text_style(const App& app, const CommonOptions& common) {
    const bool terminal = app.console.out_is_terminal;
    return {.table = terminal, .color = terminal && common.color && app.console.colors, .columns = app.console.columns};
}

ExitCode report(App& app, bool json, const Error& error) {
    if (json) app.out << encode_error(error) << '\n';
    app.err << "guestpatch: " << error.message << '\n' << std::flush;
    return exit_code_of(error);
}

ExitCode run(App& app, const Invocation& invocation) {
    const ExitCode code = std::visit(Dispatch{app, invocation.common}, invocation.command);
    app.out.flush();
    if (app.out) return code;
    app.err << "guestpatch: standard output cannot be written\n" << std::flush;  // a script must not take half for all
    return ExitCode::failed;
}

}  // namespace guestpatch
