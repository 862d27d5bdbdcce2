#include "agent/cli/output.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "agent/cli/output_parts.hpp"
#include "agent/wire/enums.hpp"
#include "platform/base/text.hpp"

namespace guestpatch {
namespace {

/// Critical first, then Security, then Other; by name within each.
std::vector<const Patch*> by_urgency(const std::vector<Patch>& patches) {
    std::vector<const Patch*> order;
    order.reserve(patches.size());
    for (const Patch& patch : patches) order.push_back(&patch);
    std::ranges::stable_sort(order, {}, &Patch::classification);
    return order;
}

std::string reason_of(const Patch& patch) { return patch.reason ? std::string(to_wire(*patch.reason)) : ""; }

std::string installed_of(const Patch& patch) { return patch.installed_version.empty() ? "(new)" : patch.installed_version; }

std::string render_patches(const Assessment& assessment, const TextStyle& style) {
    if (assessment.patches.empty()) return "";
    if (!style.table) {
        std::string lines;
        for (const Patch* patch : by_urgency(assessment.patches)) {
            const std::string reason = reason_of(*patch);
            lines += fmt::format("{} {} {} -> {} from {}{}\n", to_wire(patch->classification), patch->id.name,
                                 installed_of(*patch), patch->id.version, patch->source.empty() ? "-" : patch->source,
                                 reason.empty() ? "" : " [" + reason + "]");
        }
        return lines;
    }
    std::vector<std::vector<Cell>> rows;
    for (const Patch* patch : by_urgency(assessment.patches)) {
        const Tint tint = tint_of(*patch);
        rows.push_back({{std::string(to_wire(patch->classification)), tint},
                        {patch->id.name, tint},
                        {installed_of(*patch), Tint::none},
                        {patch->id.version, Tint::none},
                        {reason_of(*patch), Tint::dim},
                        {patch->source, Tint::dim}});
    }
    return render_table({"CLASS", "NAME", "INSTALLED", "AVAILABLE", "LEFT OUT", "SOURCE"}, rows, style.columns, style.color) + "\n";
}

std::string render_compliance(const Compliance& compliance, const TextStyle& style) {
    const Tint tint = compliance.state == ComplianceState::compliant ? Tint::bold : Tint::security;
    std::string lines = fmt::format("compliance: {} since {}\n", tinted(std::string(to_wire(compliance.state)), tint, style.color),
                                    format_instant(compliance.since));
    for (const std::string& reason : compliance.reasons) lines += fmt::format("  {}\n", reason);
    return lines;
}

std::string render_reboot(const RebootNeed& reboot) {
    if (!reboot.required) return "";
    const std::string since = reboot.since ? " since " + format_instant(*reboot.since) : "";
    const std::string reasons = reboot.reasons.empty() ? "" : ": " + join(reboot.reasons);
    return fmt::format("reboot pending{}{}\n", since, reasons);
}

std::string render_operation(const AgentStatus& agent) {
    if (!agent.operation) return agent.state == "Idle" ? "" : fmt::format("interrupted while {}; the next guestpatch command of root's finishes it\n", agent.state);
    std::string line = fmt::format("running: {} {} for {}", agent.operation->kind, agent.operation->activity_id,
                                   describe_duration(agent.elapsed));
    if (agent.progress) {
        line += fmt::format(": {}", agent.progress->step);
        if (!agent.progress->patch.empty()) line += " " + agent.progress->patch;
        if (agent.progress->percent) line += fmt::format(", {} %", *agent.progress->percent);
        if (agent.progress->estimated_end) line += fmt::format(", until about {}", format_instant(*agent.progress->estimated_end));
    }
    return line + "\n";
}

std::string render_last_installation(const InstallationSummary& last, Instant now) {
    std::string text = fmt::format("last installation: {} {}, {} ago: {} installed, {} failed, {} pending, {} excluded, {} not selected\n",
                                   to_wire(last.status), format_instant(last.modified),
                                   describe_duration(std::max(now - last.modified, seconds(0))), last.installed, last.failed,
                                   last.pending, last.excluded, last.not_selected);
    for (const ErrorDetail& detail : last.error.details) text += fmt::format("  {}: {}\n", detail.code, detail.message);
    return text;
}

std::string render_host(const AgentStatus& agent) {
    if (agent.host.empty()) return "";
    const OutboxSummary& outbox = agent.outbox;
    std::string text = fmt::format("host: {}, ", agent.host);
    text += outbox.spoke ? fmt::format("last heard of {} ago", describe_duration(std::max(agent.now - *outbox.spoke, seconds(0))))
                         : "never heard of";
    if (outbox.waiting() > 0) text += fmt::format("; {} waiting to be sent since {}", outbox.waiting(), format_instant(*outbox.oldest));
    text += "\n";
    if (outbox.trouble) {
        text += fmt::format("host trouble since {}: {} ({})\n", format_instant(outbox.trouble->at), outbox.trouble->message, outbox.trouble->code);
    }
    return text;
}

std::string render_windows(const AgentStatus& agent) {
    std::string text;
    if (agent.next_window) {
        text += fmt::format("next window: {} to {} ({})\n", agent.next_window->local_opens, agent.next_window->local_closes,
                            agent.next_window->scheduled.source);
    }
    if (agent.windows.met + agent.windows.missed > 0) {
        text += fmt::format("windows in 30 days: {} met, {} missed\n", agent.windows.met, agent.windows.missed);
    }
    text += render_host(agent);
    if (!agent.attempt_overdue.empty()) text += fmt::format("ATTEMPT_OVERDUE: {}\n", agent.attempt_overdue);
    return text;
}

/// The one line people read first.
std::string summary_of(const Assessment& assessment) {
    if (assessment.failure) return "assessment failed: " + assessment.failure->message;
    const auto held = std::ranges::count_if(assessment.patches, [](const Patch& patch) { return patch.held_back.has_value(); });
    std::string line = fmt::format("{} pending: {} Critical, {} Security, {} Other", counted(assessment.patches.size(), "patch", "patches"),
                                   count(assessment.patches, Classification::critical),
                                   count(assessment.patches, Classification::security),
                                   count(assessment.patches, Classification::other));
    if (held > 0) line += fmt::format("; {} cannot go in now", held);
    if (!assessment.blind_spots.empty()) line += "; " + counted(assessment.blind_spots.size(), "blind spot", "blind spots");
    return line;
}

}  // namespace

std::string render(const Assessment& assessment, const TextStyle& style) {
    std::string text = render_patches(assessment, style);
    text += render_blind_spots(assessment.blind_spots, style);
    text += render_notes(assessment.notes);
    text += render_reboot(assessment.reboot);
    if (assessment.metadata_age && *assessment.metadata_age > std::chrono::hours(1)) {
        text += fmt::format("package lists are {} old\n", describe_duration(*assessment.metadata_age));
    }
    if (!assessment.failure) text += render_compliance(assessment.compliance, style);
    return text + tinted(summary_of(assessment), Tint::bold, style.color) + "\n";
}

std::string render_status(const PatchStatus& status, const AgentStatus& agent, Instant now, const TextStyle& style) {
    std::string text;
    text += render_operation(agent);
    if (!status.available) {
        text += "last assessment: none; run `guestpatch assess`\n";
    } else {
        const AvailablePatchSummary& last = *status.available;
        text += fmt::format("last assessment: {} {}, {} ago\n", to_wire(last.status), format_instant(last.modified),
                            describe_duration(std::max(now - last.modified, seconds(0))));
        for (const ErrorDetail& detail : last.error.details) {
            text += fmt::format("  {} {}: {}\n", detail.code, detail.target, detail.message);
        }
        text += fmt::format("pending: {} Critical or Security, {} Other\n", last.critical_and_security, last.other);
    }
    if (status.installation) text += render_last_installation(*status.installation, now);
    text += render_blind_spots(agent.blind_spots, style);
    if (status.compliance) text += render_compliance(*status.compliance, style);
    text += agent.reboot.required ? render_reboot(agent.reboot) : "reboot pending: no\n";
    text += fmt::format("patch mode: {}, assessment mode: {}\n", agent.patch_mode, agent.assessment_mode);
    text += render_windows(agent);
    text += fmt::format("machine: {}\n", agent.machine_id);
    return text;
}

}  // namespace guestpatch
