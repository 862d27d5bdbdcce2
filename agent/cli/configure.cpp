#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "agent/cli/progress.hpp"
#include "agent/cli/run.hpp"
#include "agent/engine/patch_mode.hpp"
#include "agent/wire/documents.hpp"
#include "agent/wire/enums.hpp"
#include "platform/base/json.hpp"
#include "platform/base/text.hpp"
#include "platform/process.hpp"
#include "platform/random.hpp"

namespace guestpatch {
namespace {

/// For whatever the machine's own updater is doing just now, and again for two assessments.
constexpr std::chrono::hours configuration_limit{2};
constexpr const char* file_name = "50-configure.json";

using Wish = std::pair<std::string_view, std::string>;

std::vector<Wish> wishes_of(const ConfigureOptions& options) {
    std::vector<Wish> wishes;
    if (options.patch_mode) wishes.emplace_back("patchMode", *options.patch_mode);
    if (options.assessment_mode) wishes.emplace_back("assessmentMode", *options.assessment_mode);
    return wishes;
}

/// The folder of the administrator's drop-ins: /run, which comes after it, is nobody's to keep things in.
Path folder_of(const App& app, const CommonOptions& common) {
    if (!common.config_dir.empty()) return common.config_dir;
    const auto& folders = app.paths.config_folders;
    return folders.size() > 1 ? folders[folders.size() - 2] : folders.front();
}

/// An object's member by this name, made where it is missing.
Json& member_of(Json& object, std::string_view name) {
    object.kind = Json::Kind::object;
    const auto found = std::ranges::find(object.members, name, &JsonMember::name);
    if (found != object.members.end()) return found->value;
    return object.members.emplace_back(JsonMember{std::string(name), {}}).value;
}

/// Only what was asked for changes; what else the file holds stays.
Result<void> write_wishes(Files& files, const Path& file, const std::vector<Wish>& wishes) {
    const auto info = files.info(file);
    if (info && info->kind == FileKind::null_device) {
        return Error{Errc::invalid, file.string() + " is masked; remove that link first"};
    }
    const auto text = files.read(file);
    if (!text && text.error().code != Errc::not_found) return text.error();
    auto root = text ? parse_json(*text, JsonDialect::relaxed) : Result<Json>(Json());
    if (!root) return root.error().within(file.string());
    for (const auto& [key, value] : wishes) {
        member_of(member_of(*root, "patchSettings"), key) = {.kind = Json::Kind::string, .text = value};
    }
    JsonWriter out;
    out.json(*root);
    return files.write_durably(file, out.take() + "\n", Readers::everyone);
}

/// What a stronger file makes of it.
std::vector<InstanceViewStatus> find_overrides(const Configuration& now, const std::vector<Wish>& wishes, Instant at) {
    std::vector<InstanceViewStatus> statuses;
    for (const auto& [key, value] : wishes) {
        const MergedValue& merged = now.merged.find(fmt::format("patchSettings.{}", key))->second;
        if (merged.value.text == value) continue;
        statuses.push_back({"Configuration/Overridden", StatusLevel::warning, "Overridden",
                            fmt::format("patchSettings.{} is \"{}\" all the same: {} comes later than {}", key,
                                        merged.value.text, merged.origin(), file_name),
                            at});
    }
    return statuses;
}

ExitCode exit_code_of(const ModeReport& report) {
    if (!report.complete) return report.error && report.error->code == Errc::busy ? ExitCode::busy : ExitCode::failed;
    const auto calm = [](const InstanceViewStatus& status) { return status.level == StatusLevel::info; };
    return std::ranges::all_of(report.statuses, calm) ? ExitCode::done : ExitCode::warnings;
}

void print(App& app, const CommonOptions& common, const ModeReport& report) {
    if (common.json) {
        app.out << encode_configure(report.statuses, report.changed) << '\n';
        return;
    }
    for (const std::string& sentence : report.changed) app.out << "changed: " << sentence << '\n';
    for (const InstanceViewStatus& status : report.statuses) {
        const std::string level =
            status.level == StatusLevel::info ? "" : fmt::format("{}: ", to_lower(to_wire(status.level)));
        app.out << fmt::format("{}{}: {}: {}\n", level, status.code, status.display_status, status.message);
    }
}

ExitCode show(App& app, const CommonOptions& common, const Settings& settings) {
    const ModeReport known{.statuses = state_folder(app, common).patch_status().configuration};
    print(app, common, known);
    if (!common.json) {
        app.out << fmt::format("patch mode: {}, assessment mode: {}\n", settings.patch_mode, settings.assessment_mode);
    }
    return ExitCode::done;
}

Result<void> find_impossible(const App& app, const ConfigureOptions& options) {
    const bool windows = app.seams.host.facts().os_type == "Windows";
    const std::string mode = options.patch_mode.value_or("AutomaticByPlatform");
    const bool exists = mode == "AutomaticByPlatform" || (mode == "ImageDefault") != windows;
    if (exists) return {};
    return Error{
        Errc::invalid,
        fmt::format("--patch-mode: \"{}\" does not exist on {}; use {}", mode, windows ? "Windows" : "Linux",
                    windows ? "AutomaticByOS, AutomaticByPlatform or Manual" : "ImageDefault or AutomaticByPlatform")};
}

Result<ModeReport> apply(App& app, const CommonOptions& common, const Settings& settings) {
    auto detected = find_package_manager(app, common, settings);
    if (!detected) return detected.error();
    StateFolder state = state_folder(app, common);
    const Machine machine{app.seams, *detected, settings, state, courier_of(app)};
    const auto progress = make_progress(common.progress, app.console, app.err);
    Context context{{app.seams.clocks.boot() + configuration_limit}, app.stop, *progress, settings.stop_timeout};
    // Before the lock is taken: it is never held while waiting. What runs even then is reported by applying the mode.
    const auto idle = wait_for_native_run(machine, context);
    if (!idle && idle.error().code == Errc::cancelled) return idle.error();
    context.deadline = {app.seams.clocks.boot() + configuration_limit};
    const auto held = begin_operation(
        app, machine, {"Configuration", make_guid(), current_process_id(), app.seams.clocks.wall()}, context);
    if (!held) return held.error();
    return apply_patch_mode(machine, context, StartedBy::user);
}

}  // namespace

ExitCode run_configure(App& app, const CommonOptions& common, const ConfigureOptions& options,
                       const Configuration& before) {
    const std::vector<Wish> wishes = wishes_of(options);
    if (wishes.empty()) return show(app, common, before.settings);
    if (const auto possible = find_impossible(app, options); !possible) {
        return report(app, common.json, possible.error());
    }
    if (!app.seams.host.privileged()) {
        return report(app, common.json, {Errc::permission, "configure needs root to change anything"});
    }
    const Path folder = folder_of(app, common);
    if (auto written = write_wishes(app.seams.files, folder / file_name, wishes); !written) {
        return report(app, common.json, written.error());
    }

    const Configuration now = load_configuration(app.seams.files, app.seams.zones, configuration_sources(app, common));
    auto outcome = apply(app, common, now.settings);
    const std::string written = (folder / file_name).string() + " is written, but not applied yet";
    if (!outcome) return report(app, common.json, outcome.error().within(written));
    std::ranges::move(find_overrides(now, wishes, app.seams.clocks.wall()), std::back_inserter(outcome->statuses));
    print(app, common, *outcome);
    tell_others(app, common, now);
    if (outcome->error) app.err << "guestpatch: " << outcome->error->within(written).message << '\n' << std::flush;
    return exit_code_of(*outcome);
}

}  // namespace guestpatch
