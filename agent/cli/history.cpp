#include <fmt/format.h>

#include "agent/cli/output.hpp"
#include "agent/cli/run.hpp"
#include "agent/cli/table.hpp"
#include "agent/engine/state_folder.hpp"
#include "agent/wire/assessment_result.hpp"
#include "agent/wire/enums.hpp"

namespace guestpatch {
namespace {

std::string render_runs(const std::vector<RunSummary>& runs, const TextStyle& style) {
    if (runs.empty()) return "no run is recorded; `guestpatch assess` records one\n";
    if (!style.table) {
        std::string lines;
        for (const RunSummary& run : runs) {
            lines += fmt::format("{} {} {} {}: {} Critical, {} Security, {} Other\n", format_instant(run.started), run.kind,
                                 run.activity_id, to_wire(run.status), run.critical, run.security, run.other);
        }
        return lines;
    }
    std::vector<std::vector<Cell>> rows;
    for (const RunSummary& run : runs) {
        const bool sound = run.status == OperationStatus::succeeded;
        rows.push_back({{format_instant(run.started)},
                        {run.kind},
                        {std::string(to_wire(run.status)), sound ? Tint::none : Tint::held},
                        {std::to_string(run.critical), run.critical > 0 ? Tint::critical : Tint::dim},
                        {std::to_string(run.security), run.security > 0 ? Tint::security : Tint::dim},
                        {std::to_string(run.other)},
                        {run.activity_id, Tint::dim}});
    }
    return render_table({"STARTED", "KIND", "STATUS", "CRITICAL", "SECURITY", "OTHER", "ACTIVITY ID"}, rows, style.columns,
                        style.color);
}

}  // namespace

ExitCode run_history(App& app, const CommonOptions& common, const HistoryOptions& options) {
    const StateFolder state(app.seams, state_path(app, common));
    const TextStyle style = text_style(app, common);
    if (options.activity_id.empty()) {
        const std::vector<RunSummary> runs = state.runs();
        app.out << (common.json ? encode_history(runs) + "\n" : render_runs(runs, style));
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
