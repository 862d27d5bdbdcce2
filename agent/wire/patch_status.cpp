#include "agent/wire/patch_status.hpp"

#include "agent/wire/parts.hpp"
#include "agent/wire/patch_status_parts.hpp"

namespace guestpatch {
namespace {

using namespace wire;

void write_available(JsonWriter& out, const AvailablePatchSummary& summary) {
    out.begin_object();
    out.key("status").string(to_wire(summary.status));
    out.key("assessmentActivityId").string(summary.activity_id);
    out.key("rebootPending").boolean(summary.reboot_pending);
    out.key("criticalAndSecurityPatchCount").integer(static_cast<std::int64_t>(summary.critical_and_security));
    out.key("otherPatchCount").integer(static_cast<std::int64_t>(summary.other));
    out.key("startTime").string(format_instant(summary.started));
    out.key("lastModifiedTime").string(format_instant(summary.modified));
    out.key("error");
    write_error(out, summary.error);
    out.end_object();
}

AvailablePatchSummary read_available(const JsonReader& in) {
    return {.status = read_enum<OperationStatus>(in.member("status")),
            .activity_id = in.member("assessmentActivityId").string(),
            .reboot_pending = in.member("rebootPending").boolean_or(false),
            .critical_and_security = static_cast<std::size_t>(in.member("criticalAndSecurityPatchCount").integer()),
            .other = static_cast<std::size_t>(in.member("otherPatchCount").integer()),
            .started = in.member("startTime").parsed(parse_instant),
            .modified = in.member("lastModifiedTime").parsed(parse_instant),
            .error = read_error(in.member("error"))};
}

void write_installation(JsonWriter& out, const InstallationSummary& summary) {
    const auto number = [&out](std::string_view key, std::size_t value) {
        out.key(key).integer(static_cast<std::int64_t>(value));
    };
    out.begin_object();
    out.key("status").string(to_wire(summary.status));
    out.key("installationActivityId").string(summary.activity_id);
    out.key("maintenanceWindowExceeded").boolean(summary.window_exceeded);
    number("notSelectedPatchCount", summary.not_selected);
    number("excludedPatchCount", summary.excluded);
    number("pendingPatchCount", summary.pending);
    number("installedPatchCount", summary.installed);
    number("failedPatchCount", summary.failed);
    out.key("startTime").string(format_instant(summary.started));
    out.key("lastModifiedTime").string(format_instant(summary.modified));
    out.key("error");
    write_error(out, summary.error);
    out.end_object();
}

InstallationSummary read_installation(const JsonReader& in) {
    const auto number = [&in](std::string_view key) { return static_cast<std::size_t>(in.member(key).integer()); };
    return {.status = read_enum<OperationStatus>(in.member("status")),
            .activity_id = in.member("installationActivityId").string(),
            .window_exceeded = in.member("maintenanceWindowExceeded").boolean_or(false),
            .not_selected = number("notSelectedPatchCount"),
            .excluded = number("excludedPatchCount"),
            .pending = number("pendingPatchCount"),
            .installed = number("installedPatchCount"),
            .failed = number("failedPatchCount"),
            .started = in.member("startTime").parsed(parse_instant),
            .modified = in.member("lastModifiedTime").parsed(parse_instant),
            .error = read_error(in.member("error"))};
}

void write_configuration(JsonWriter& out, const InstanceViewStatus& status) {
    out.begin_object();
    out.key("code").string(status.code);
    out.key("level").string(to_wire(status.level));
    out.key("displayStatus").string(status.display_status);
    out.key("message").string(status.message);
    out.key("time").string(format_instant(status.time));
    out.end_object();
}

PatchStatus read_status(const JsonReader& root) {
    const JsonReader in = root.member("patchStatus");
    if (!in.present()) in.fail("is missing");
    return read_patch_status(in);
}

}  // namespace

PatchStatus wire::read_patch_status(const JsonReader& in) {
    PatchStatus status;
    if (in.member("availablePatchSummary").present()) status.available = read_available(in.member("availablePatchSummary"));
    const JsonReader installation = in.member("lastPatchInstallationSummary");
    if (installation.present()) status.installation = read_installation(installation);
    status.configuration = read_configuration(in.member("configurationStatuses"));
    const JsonReader compliance = in.member("guestpatch").member("compliance");
    if (compliance.present()) status.compliance = read_compliance(compliance);
    return status;
}

void wire::write_configuration(JsonWriter& out, const std::vector<InstanceViewStatus>& statuses) {
    out.key("configurationStatuses").begin_array();
    for (const InstanceViewStatus& status : statuses) guestpatch::write_configuration(out, status);
    out.end_array();
}

std::vector<InstanceViewStatus> wire::read_configuration(const JsonReader& in) {
    std::vector<InstanceViewStatus> statuses;
    for (const JsonReader& status : in.elements()) {
        statuses.push_back({.code = status.member("code").string(),
                            .level = read_enum<StatusLevel>(status.member("level")),
                            .display_status = status.member("displayStatus").string_or(""),
                            .message = status.member("message").string_or(""),
                            .time = status.member("time").parsed(parse_instant)});
    }
    return statuses;
}

void wire::write_patch_status(JsonWriter& out, const PatchStatus& status) {
    out.begin_object();
    if (status.available) {
        out.key("availablePatchSummary");
        write_available(out, *status.available);
    }
    if (status.installation) {
        out.key("lastPatchInstallationSummary");
        write_installation(out, *status.installation);
    }
    write_configuration(out, status.configuration);
    if (status.compliance) {
        out.key("guestpatch").begin_object().key("compliance");
        write_compliance(out, *status.compliance);
        out.end_object();
    }
    out.end_object();
}

std::string encode(const PatchStatus& status) {
    JsonWriter out;
    out.begin_object().key("patchStatus");
    write_patch_status(out, status);
    out.end_object();
    return out.take();
}

Result<PatchStatus> decode_patch_status(std::string_view text) { return decode(text, read_status); }

}  // namespace guestpatch
