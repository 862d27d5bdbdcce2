#include <fmt/format.h>

#include "agent/cli/output.hpp"
#include "agent/cli/run.hpp"
#include "agent/cli/table.hpp"
#include "agent/engine/state_folder.hpp"
#include "agent/wire/assessment_result.hpp"
#include "agent/wire/enums.hpp"
#include "agent/wire/installation_result.hpp"

namespace guestpatch {
namespace {

std::string counted(const RunSummary& run) {
    std::string text;
    for (const auto& [name, number] : run.counts) {
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", number, name);
    }
    return text;
}

std::string render_runs(const std::vector<RunSummary>& runs, const TextStyle& style) {
    if (runs.empty()) return "no run is recorded; `guestpatch assess` records one\n";
    if (!style.table) {
        std::string lines;
        for (const RunSummary& run : runs) {
            lines += fmt::format("{} {} {} {}: {}\n", format_instant(run.started), run.kind, run.activity_id,
                                 to_wire(run.status), counted(run));
        }
        return lines;
    }
    std::vector<std::vector<Cell>> rows;
    for (const RunSummary& run : runs) {
        const bool sound = run.status == OperationStatus::succeeded;
        rows.push_back({{format_instant(run.started)},
                        {run.kind},
                        {std::string(to_wire(run.status)), sound ? Tint::none : Tint::held},
                        {run.activity_id, Tint::dim},
                        {counted(run)}});
    }
    return render_table({"STARTED", "KIND", "STATUS", "ACTIVITY ID", "COUNTS"}, rows, style.columns, style.color);
}

}  // namespace

ExitCode run_history(App& app, const CommonOptions& common, const HistoryOptions& options, const Configuration& configuration) {
    finish_for_reader(app, common, configuration.settings);
    const StateFolder state = state_folder(app, common);
    const TextStyle style = text_style(app, common);
    if (options.activity_id.empty()) {
        const std::vector<RunSummary> runs = state.runs();
        app.out << (common.json ? encode_history(runs) + "\n" : render_runs(runs, style));
        return ExitCode::done;
    }
    if (const auto installation = state.installation(options.activity_id)) {
        app.out << (common.json ? encode(*installation) + "\n" : render(*installation, style));
        return ExitCode::done;
    }
    const auto assessment = state.assessment(options.activity_id);
    if (!assessment) {
        return report(app, common.json,
                      {Errc::not_found, fmt::format("no run {} is recorded; see guestpatch history", options.activity_id)});
    }
    app.out << (common.json ? encode(*assessment) + "\n" : render(*assessment, style));
    return ExitCode::done;
}

}  // namespace guestpatch
