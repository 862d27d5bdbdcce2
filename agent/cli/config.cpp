#include <fmt/format.h>

#include "agent/cli/run.hpp"
#include "agent/cli/table.hpp"
#include "agent/wire/documents.hpp"
#include "platform/base/json.hpp"
#include "platform/base/text.hpp"

namespace guestpatch {
namespace {

std::string sentence(const ConfigFault& fault, std::string_view level) {
    const std::string key = fault.key.empty() ? "" : fault.key + ": ";
    return fmt::format("{}:{}: {}: {}{}\n", fault.file, fault.line, level, key, fault.message);
}

std::string as_text(const Json& value) {
    JsonWriter out;
    out.json(value);
    return out.take();
}

/// The settings as nested objects again, ready to be written into a drop-in.
void write_nested(JsonWriter& out, const Merged& merged) {
    out.begin_object();
    std::vector<std::string> open;
    for (const auto& [name, value] : merged) {
        std::vector<std::string> path;
        for (std::string_view rest = name; !rest.empty();) path.emplace_back(take_until(rest, '.'));
        const std::string leaf = path.back();
        path.pop_back();
        std::size_t common = 0;
        while (common < open.size() && common < path.size() && open[common] == path[common]) ++common;
        for (std::size_t i = common; i < open.size(); ++i) out.end_object();
        for (std::size_t i = common; i < path.size(); ++i) out.key(path[i]).begin_object();
        out.key(leaf).json(value.value);
        open = std::move(path);
    }
    for (std::size_t i = 0; i < open.size(); ++i) out.end_object();
    out.end_object();
}

std::string encode_config_show(const Configuration& configuration) {
    JsonWriter out;
    out.begin_object().key("settings");
    write_nested(out, configuration.merged);
    out.key("origins").begin_object();
    for (const auto& [key, value] : configuration.merged) out.key(key).string(value.origin());
    out.end_object();
    out.key("files").begin_array();
    for (const std::string& file : configuration.files) out.string(file);
    out.end_array().key("outOfScope").begin_array();
    for (const std::string& id : configuration.settings.out_of_scope) out.string(id);
    out.end_array().end_object();
    return out.take();
}

}  // namespace

ExitCode run_config_check(App& app, const CommonOptions& common, const Configuration& configuration) {
    if (common.json) {
        app.out << encode_config_check(configuration.errors, configuration.warnings) << '\n';
    } else {
        for (const ConfigFault& fault : configuration.errors) app.out << sentence(fault, "error");
        for (const ConfigFault& fault : configuration.warnings) app.out << sentence(fault, "warning");
        app.out << fmt::format("{} files read, {} errors, {} warnings\n", configuration.files.size(), configuration.errors.size(),
                               configuration.warnings.size());
    }
    return configuration.errors.empty() ? ExitCode::done : ExitCode::usage;
}

ExitCode run_config_show(App& app, const CommonOptions& common, const Configuration& configuration) {
    if (common.json) {
        app.out << encode_config_show(configuration) << '\n';
    } else if (app.console.out_is_terminal) {
        std::vector<std::vector<Cell>> rows;
        for (const auto& [key, value] : configuration.merged) {
            rows.push_back({{key, value.file.empty() ? Tint::dim : Tint::bold}, {as_text(value.value)}, {value.origin(), Tint::dim}});
        }
        app.out << render_table({"KEY", "VALUE", "FROM"}, rows, app.console.columns, common.color);
    } else {
        for (const auto& [key, value] : configuration.merged) {
            app.out << fmt::format("{} = {} # {}\n", key, as_text(value.value), value.origin());
        }
    }
    return ExitCode::done;
}

}  // namespace guestpatch
