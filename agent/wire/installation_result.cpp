#include "agent/wire/installation_result.hpp"

#include <algorithm>
#include <climits>

#include "agent/wire/health_parts.hpp"
#include "agent/wire/parts.hpp"
#include "agent/wire/patch_parts.hpp"

namespace guestpatch {
namespace {

using namespace wire;

void write_patch(JsonWriter& out, const PatchResult& result, const Surroundings& on) {
    out.begin_object();
    write_patch_head(out, result.patch, on);
    out.key("installationState").string(to_wire(result.state));
    out.key("rebootBehavior").string(to_wire(result.patch.reboot));
    write_instant(out, "publishedDate", result.patch.published);
    out.key("guestpatch").begin_object();
    write_patch_facts(out, result.patch);
    write_text(out, "message", result.message);
    if (result.automatic) out.key("automatic").boolean(true);
    out.end_object().end_object();
}

PatchResult read_result(const JsonReader& in) {
    const JsonReader facts = in.member("guestpatch");
    return {.patch = read_patch(in),
            .state = read_enum<InstallationState>(in.member("installationState")),
            .message = facts.member("message").string_or(""),
            .automatic = facts.member("automatic").boolean_or(false)};
}

void write_errors(JsonWriter& out, const std::vector<ErrorDetail>& errors) {
    out.begin_array();
    for (const ErrorDetail& error : errors) {
        out.begin_object();
        out.key("code").string(error.code);
        out.key("target").string(error.target);
        out.key("message").string(error.message);
        out.end_object();
    }
    out.end_array();
}

void write_hooks(JsonWriter& out, const std::vector<HookReport>& hooks) {
    out.begin_array();
    for (const HookReport& report : hooks) {
        out.begin_object();
        out.key("hook").string(to_wire(report.hook));
        write_strings(out, "command", report.command);
        out.key("end").string(to_wire(report.end));
        if (report.end == HookEnd::exited) out.key("exitStatus").integer(report.code);
        if (report.end == HookEnd::signalled) out.key("signal").integer(report.code);
        out.key("duration").string(format_duration(report.duration));
        write_text(out, "output", report.output);
        out.end_object();
    }
    out.end_array();
}

HookReport read_hook(const JsonReader& in) {
    HookReport report{.hook = read_enum<Hook>(in.member("hook")),
                      .command = read_strings(in.member("command")),
                      .end = read_enum<HookEnd>(in.member("end")),
                      .duration = in.member("duration").parsed(parse_duration),
                      .output = in.member("output").string_or("")};
    const std::int64_t code = in.member(report.end == HookEnd::signalled ? "signal" : "exitStatus").integer_or(0);
    report.code = static_cast<int>(std::clamp<std::int64_t>(code, INT_MIN, INT_MAX));
    return report;
}

void write_health_around(JsonWriter& out, const Installation& installation) {
    if (!installation.health_before && !installation.health_after) return;
    out.key("health").begin_object();
    if (installation.health_before) write_health(out.key("before"), *installation.health_before);
    if (installation.health_after) write_health(out.key("after"), *installation.health_after);
    out.end_object();
}

std::optional<Health> read_optional_health(const JsonReader& in) {
    return in.present() ? std::optional(read_health(in)) : std::nullopt;
}

void write_facts(JsonWriter& out, const Installation& installation) {
    out.begin_object();
    write_surroundings(out, installation.on);
    write_text(out, "assessmentActivityId", installation.assessment_id);
    write_text(out, "maintenanceRunId", installation.maintenance_run_id);
    out.key("startedBy").string(to_wire(installation.started_by));
    out.key("lastModifiedDateTime").string(format_instant(installation.modified));
    out.key("duration").string(format_duration(installation.duration));
    out.key("rebootSetting").string(to_wire(installation.reboot_setting));
    write_text(out, "rebootReason", installation.reboot_reason);
    write_strings(out, "servicesToRestart", installation.services);
    out.key("batches").integer(static_cast<std::int64_t>(installation.batches));
    write_text(out, "leftRunning", installation.left_running);
    if (installation.dry_run) out.key("dryRun").boolean(true);
    out.key("blindSpots");
    write_blind_spots(out, installation.blind_spots);
    out.key("notes");
    write_notes(out, installation.notes);
    out.key("errors");
    write_errors(out, installation.errors);
    if (!installation.hooks.empty()) write_hooks(out.key("hooks"), installation.hooks);
    write_health_around(out, installation);
    out.end_object();
}

void read_facts(const JsonReader& in, Installation& installation) {
    installation.on = read_surroundings(in);
    installation.assessment_id = in.member("assessmentActivityId").string_or("");
    installation.maintenance_run_id = in.member("maintenanceRunId").string_or("");
    installation.started_by = read_enum<StartedBy>(in.member("startedBy"));
    installation.modified = in.member("lastModifiedDateTime").parsed(parse_instant);
    installation.duration = in.member("duration").parsed(parse_duration);
    installation.reboot_setting = read_enum<RebootSetting>(in.member("rebootSetting"));
    installation.reboot_reason = in.member("rebootReason").string_or("");
    installation.services = read_strings(in.member("servicesToRestart"));
    installation.batches = static_cast<std::size_t>(in.member("batches").integer_or(0));
    installation.left_running = in.member("leftRunning").string_or("");
    installation.dry_run = in.member("dryRun").boolean_or(false);
    installation.blind_spots = read_blind_spots(in.member("blindSpots"));
    installation.notes = read_notes(in.member("notes"));
    for (const JsonReader& error : in.member("errors").elements()) {
        installation.errors.push_back({error.member("code").string(), error.member("target").string_or(""),
                                       error.member("message").string_or("")});
    }
    for (const JsonReader& hook : in.member("hooks").elements()) installation.hooks.push_back(read_hook(hook));
    const JsonReader health = in.member("health");
    installation.health_before = read_optional_health(health.member("before"));
    installation.health_after = read_optional_health(health.member("after"));
}

Installation read_installation(const JsonReader& in) {
    Installation installation{.activity_id = in.member("installationActivityId").string(),
                              .status = read_enum<OperationStatus>(in.member("status")),
                              .started = in.member("startDateTime").parsed(parse_instant),
                              .reboot_status = read_enum<RebootStatus>(in.member("rebootStatus")),
                              .window_exceeded = in.member("maintenanceWindowExceeded").boolean_or(false)};
    for (const JsonReader& patch : in.member("patches").elements()) installation.patches.push_back(read_result(patch));
    read_facts(in.member("guestpatch"), installation);
    return installation;
}

}  // namespace

std::string encode(const Installation& installation) {
    JsonWriter out;
    const auto counted = [&](std::string_view key, InstallationState state) {
        out.key(key).integer(static_cast<std::int64_t>(count(installation.patches, state)));
    };
    out.begin_object();
    out.key("status").string(to_wire(installation.status));
    out.key("installationActivityId").string(installation.activity_id);
    out.key("rebootStatus").string(to_wire(installation.reboot_status));
    out.key("maintenanceWindowExceeded").boolean(installation.window_exceeded);
    counted("excludedPatchCount", InstallationState::excluded);
    counted("notSelectedPatchCount", InstallationState::not_selected);
    counted("pendingPatchCount", InstallationState::pending);
    counted("installedPatchCount", InstallationState::installed);
    counted("failedPatchCount", InstallationState::failed);
    out.key("patches").begin_array();
    for (const PatchResult& result : installation.patches) write_patch(out, result, installation.on);
    out.end_array();
    out.key("startDateTime").string(format_instant(installation.started));
    out.key("error");
    write_error(out, api_error(installation));
    out.key("guestpatch");
    write_facts(out, installation);
    out.end_object();
    return out.take();
}

Result<Installation> decode_installation(std::string_view text) { return decode(text, read_installation); }

}  // namespace guestpatch
