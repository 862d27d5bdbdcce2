#include "agent/wire/documents.hpp"

#include <algorithm>

#include "agent/wire/parts.hpp"
#include "agent/wire/patch_parts.hpp"
#include "agent/wire/patch_status_parts.hpp"

namespace guestpatch {
namespace {

using namespace wire;

std::string_view code_of(Errc code) {
    switch (code) {
        case Errc::failed: return "OPERATION_FAILED";
        case Errc::invalid: return "INVALID_ARGUMENT";
        case Errc::not_found: return "NOT_FOUND";
        case Errc::permission: return "PERMISSION_DENIED";
        case Errc::busy: return "OPERATION_RUNNING";
        case Errc::timed_out: return "TIMED_OUT";
        case Errc::cancelled: return "OPERATION_CANCELLED";
        case Errc::no_space: return "DISK_FULL";
    }
    return "OPERATION_FAILED";
}

void write_operation(JsonWriter& out, const RunningOperation& operation) {
    out.key("kind").string(operation.kind);
    out.key("activityId").string(operation.activity_id);
    out.key("startTime").string(format_instant(operation.started));
}

void write_progress(JsonWriter& out, const OperationProgress& progress) {
    write_text(out, "step", progress.step);
    if (progress.percent) out.key("percent").integer(*progress.percent);
    write_text(out, "patch", progress.patch);
    write_instant(out, "estimatedEnd", progress.estimated_end);
}

void write_window(JsonWriter& out, const ShownWindow& shown) {
    out.begin_object();
    out.key("opens").string(format_instant(shown.scheduled.window.opens));
    out.key("closes").string(format_instant(shown.scheduled.window.closes));
    out.key("localOpens").string(shown.local_opens);
    out.key("localCloses").string(shown.local_closes);
    out.key("timeZone").string(shown.scheduled.time_zone);
    out.key("source").string(shown.scheduled.source);
    out.end_object();
}

void write_outbox(JsonWriter& out, const AgentStatus& agent) {
    const OutboxSummary& outbox = agent.outbox;
    out.key("observedGoal");
    if (outbox.goal) {
        out.begin_object();
        out.key("etag").string(outbox.goal->etag);
        out.key("goalSequence").integer(static_cast<std::int64_t>(outbox.goal->sequence));
        out.key("age").string(format_duration(std::max(agent.now - outbox.goal->at, seconds(0))));
        out.end_object();
    } else {
        out.null();
    }
    out.key("outbox").begin_object();
    write_text(out, "host", agent.host);
    out.key("waiting").integer(static_cast<std::int64_t>(outbox.waiting()));
    write_instant(out, "oldest", outbox.oldest);
    write_instant(out, "lastSuccess", outbox.spoke);
    if (outbox.trouble) {
        out.key("lastError").begin_object();
        out.key("time").string(format_instant(outbox.trouble->at));
        out.key("code").string(outbox.trouble->code);
        out.key("message").string(outbox.trouble->message);
        out.end_object();
    }
    out.end_object();
}

void write_agent(JsonWriter& out, const AgentStatus& agent) {
    out.begin_object();
    out.key("version").string(agent.version);
    out.key("machineId").string(agent.machine_id);
    out.key("bootId").string(agent.boot_id);
    out.key("state").string(agent.state);
    out.key("operation");
    if (agent.operation) {
        out.begin_object();
        write_operation(out, *agent.operation);
        out.key("elapsed").string(format_duration(agent.elapsed));
        if (agent.progress) write_progress(out, *agent.progress);
        out.end_object();
    } else {
        out.null();
    }
    out.key("lastOperation");
    if (agent.last_operation) {
        out.begin_object();
        write_operation(out, *agent.last_operation);
        out.end_object();
    } else {
        out.null();
    }
    out.key("patchMode").string(agent.patch_mode);
    out.key("assessmentMode").string(agent.assessment_mode);
    out.key("rebootPending").begin_object();
    out.key("required").boolean(agent.reboot.required);
    write_instant(out, "since", agent.reboot.since);
    write_strings(out, "reasons", agent.reboot.reasons);
    out.end_object();
    out.key("nextWindow");
    if (agent.next_window) {
        write_window(out, *agent.next_window);
    } else {
        out.null();
    }
    out.key("windowsMet").integer(agent.windows.met);
    out.key("windowsMissed").integer(agent.windows.missed);
    write_text(out, "attemptOverdue", agent.attempt_overdue);
    write_outbox(out, agent);
    out.key("blindSpots");
    write_blind_spots(out, agent.blind_spots);
    out.end_object();
}

void write_faults(JsonWriter& out, std::string_view key, const std::vector<ConfigFault>& faults) {
    out.key(key).begin_array();
    for (const ConfigFault& fault : faults) {
        out.begin_object();
        out.key("file").string(fault.file);
        out.key("line").integer(static_cast<std::int64_t>(fault.line));
        out.key("key").string(fault.key);
        out.key("message").string(fault.message);
        out.end_object();
    }
    out.end_array();
}

}  // namespace

std::string encode_status(const PatchStatus& status, const AgentStatus& agent) {
    JsonWriter out;
    out.begin_object();
    out.key("patchStatus");
    write_patch_status(out, status);
    out.key("agent");
    write_agent(out, agent);
    out.end_object();
    return out.take();
}

std::string encode_plan(const PlanDocument& plan) {
    JsonWriter out;
    out.begin_object();
    out.key("assessmentActivityId").string(plan.installation.assessment_id);
    out.key("assessedAt").string(format_instant(plan.assessed_at));
    out.key("window");
    if (plan.window) {
        out.begin_object();
        out.key("opens").string(format_instant(plan.window->opens));
        out.key("closes").string(format_instant(plan.window->closes));
        out.end_object();
    } else {
        out.null();
    }
    out.key("batches").begin_array();
    for (const PlannedBatch& batch : plan.batches) {
        out.begin_object().key("patches").begin_array();
        for (const Patch& patch : batch.patches) out.string(patch_id(patch, plan.installation.on));
        out.end_array();
        out.key("estimateSeconds").integer(batch.estimate.count());
        out.key("estimateSource").string(to_wire(batch.source));
        out.end_object();
    }
    out.end_array();
    out.key("leftOut").begin_array();
    for (const PatchResult& result : plan.installation.patches) {
        if (!result.patch.reason) continue;
        out.begin_object();
        out.key("patchId").string(patch_id(result.patch, plan.installation.on));
        out.key("state").string(to_wire(result.state));
        out.key("reason").string(to_wire(*result.patch.reason));
        out.end_object();
    }
    out.end_array();
    out.key("rebootExpected").begin_object();
    out.key("expected").boolean(plan.reboot_expected);
    out.key("reason").string(plan.reboot_reason);
    out.end_object().end_object();
    return out.take();
}

std::string encode_windows(const std::vector<ShownWindow>& windows) {
    JsonWriter out;
    out.begin_object().key("windows").begin_array();
    for (const ShownWindow& window : windows) write_window(out, window);
    out.end_array().end_object();
    return out.take();
}

std::string encode_history(const std::vector<RunSummary>& runs) {
    JsonWriter out;
    out.begin_object().key("runs").begin_array();
    for (const RunSummary& run : runs) {
        out.begin_object();
        out.key("activityId").string(run.activity_id);
        out.key("kind").string(run.kind);
        out.key("status").string(to_wire(run.status));
        out.key("startTime").string(format_instant(run.started));
        out.key("endTime").string(format_instant(run.ended));
        out.key("startedBy").string(to_wire(run.started_by));
        out.key("counts").begin_object();
        for (const auto& [name, number] : run.counts) out.key(name).integer(static_cast<std::int64_t>(number));
        out.end_object().end_object();
    }
    out.end_array().end_object();
    return out.take();
}

std::string encode_error(const Error& error) {
    JsonWriter out;
    out.begin_object().key("error");
    write_error(out, {std::string(code_of(error.code)), error.message, {}});
    out.end_object();
    return out.take();
}

std::string encode_configure(const std::vector<InstanceViewStatus>& statuses, const std::vector<std::string>& changed) {
    JsonWriter out;
    out.begin_object();
    write_configuration(out, statuses);
    write_strings(out, "changed", changed);
    out.end_object();
    return out.take();
}

std::string encode_config_check(const std::vector<ConfigFault>& errors, const std::vector<ConfigFault>& warnings) {
    JsonWriter out;
    out.begin_object();
    write_faults(out, "errors", errors);
    write_faults(out, "warnings", warnings);
    out.end_object();
    return out.take();
}

}  // namespace guestpatch
