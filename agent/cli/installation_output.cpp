// An installation, and what one would do, as text for people.
#include <fmt/format.h>

#include <algorithm>

#include "agent/cli/output_parts.hpp"
#include "agent/wire/enums.hpp"
#include "platform/base/text.hpp"

namespace guestpatch {
namespace {

using enum InstallationState;

/// What went in, then what should have, then what was not meant to.
std::vector<const PatchResult*> by_state(const std::vector<PatchResult>& patches) {
    std::vector<const PatchResult*> order;
    order.reserve(patches.size());
    for (const PatchResult& result : patches) order.push_back(&result);
    const auto rank = [](const PatchResult* result) {
        switch (result->state) {
            case installed: return 0;
            case failed: return 1;
            case pending: return 2;
            case excluded: return 3;
            case not_selected: break;
        }
        return 4;
    };
    std::ranges::stable_sort(order, {}, rank);
    return order;
}

std::string_view describe(EstimateSource source) {
    switch (source) {
        case EstimateSource::history: return "from past runs here";
        case EstimateSource::mixed: return "partly from past runs here";
        case EstimateSource::standard: break;
    }
    return "a default";
}

std::string why(const PatchResult& result) {
    std::string text = result.patch.reason ? std::string(to_wire(*result.patch.reason)) : "";
    if (!result.message.empty()) text += (text.empty() ? "" : ": ") + result.message;
    return text;
}

Tint tint_of_state(InstallationState state) {
    if (state == failed) return Tint::critical;
    return state == pending ? Tint::held : state == installed ? Tint::none : Tint::dim;
}

std::string render_results(const std::vector<PatchResult>& patches, const TextStyle& style) {
    if (patches.empty()) return "";
    if (!style.table) {
        std::string lines;
        for (const PatchResult* result : by_state(patches)) {
            const Patch& patch = result->patch;
            const std::string reason = why(*result);
            lines += fmt::format("{} {} {} {} -> {}{}\n", to_wire(result->state), to_wire(patch.classification), patch.id.name,
                                 patch.installed_version.empty() ? "(new)" : patch.installed_version, patch.id.version,
                                 reason.empty() ? "" : " [" + reason + "]");
        }
        return lines;
    }
    std::vector<std::vector<Cell>> rows;
    for (const PatchResult* result : by_state(patches)) {
        const Patch& patch = result->patch;
        rows.push_back({{std::string(to_wire(result->state)), tint_of_state(result->state)},
                        {std::string(to_wire(patch.classification)), tint_of(patch)},
                        {patch.id.name, Tint::none},
                        {patch.installed_version.empty() ? "(new)" : patch.installed_version, Tint::none},
                        {patch.id.version, Tint::none},
                        {why(*result), Tint::dim}});
    }
    return render_table({"STATE", "CLASS", "NAME", "FROM", "TO", "WHY"}, rows, style.columns, style.color) + "\n";
}

std::string render_reboot(const Installation& installation) {
    if (installation.reboot_status == RebootStatus::not_needed) return "";
    const std::string reason = installation.reboot_reason.empty() ? "" : ": " + installation.reboot_reason;
    return fmt::format("reboot: {}{}\n", to_wire(installation.reboot_status), reason);
}

std::string summary_of(const Installation& installation) {
    const auto number = [&](InstallationState state) { return count(installation.patches, state); };
    if (installation.dry_run) {
        const auto would = std::ranges::count_if(installation.patches, is_intended);
        return fmt::format("dry run: {} would be installed", counted(static_cast<std::size_t>(would), "patch", "patches"));
    }
    std::string line = fmt::format("installation {}: {} installed, {} failed, {} pending, {} excluded, {} not selected",
                                   to_wire(installation.status), number(installed), number(failed), number(pending),
                                   number(excluded), number(not_selected));
    if (installation.window_exceeded) line += "; time ran out";
    return line;
}

std::string describe_left_out(const std::vector<PatchResult>& patches) {
    std::vector<PatchResult> left_out;
    std::ranges::copy_if(patches, std::back_inserter(left_out), [](const PatchResult& result) { return result.patch.reason.has_value(); });
    std::string lines;
    for (const PatchResult* result : by_state(left_out)) {
        lines += fmt::format("left out: {} {} {} [{}]\n", to_wire(result->patch.classification), result->patch.id.name,
                             result->patch.id.version, to_wire(*result->patch.reason));
    }
    return lines;
}

}  // namespace

std::string render(const Installation& installation, const TextStyle& style) {
    std::string text = render_results(installation.patches, style);
    text += render_blind_spots(installation.blind_spots, style);
    text += render_notes(installation.notes);
    for (const ErrorDetail& error : installation.errors) {
        text += tinted(fmt::format("error: {}: {}", error.code, error.message), Tint::critical, style.color) + "\n";
    }
    if (!installation.services.empty()) text += fmt::format("services to restart: {}\n", join(installation.services));
    if (!installation.left_running.empty()) {
        text += fmt::format("the package manager goes on as {}; the next guestpatch command of root's collects it\n", installation.left_running);
    }
    text += render_reboot(installation);
    return text + tinted(summary_of(installation), Tint::bold, style.color) + "\n";
}

std::string render_plan(const PlanDocument& plan, Instant now, const TextStyle& style) {
    std::string text;
    std::size_t number = 0;
    seconds total{};
    std::size_t patches = 0;
    for (const PlannedBatch& batch : plan.batches) {
        text += tinted(fmt::format("batch {}: {}, about {} ({})", ++number, counted(batch.patches.size(), "patch", "patches"),
                                   describe_duration(batch.estimate), describe(batch.source)), Tint::bold, style.color) + "\n";
        for (const Patch& patch : batch.patches) {
            text += fmt::format("  {} {} {} -> {}\n", tinted(std::string(to_wire(patch.classification)), tint_of(patch), style.color),
                                patch.id.name, patch.installed_version.empty() ? "(new)" : patch.installed_version, patch.id.version);
        }
        total += batch.estimate;
        patches += batch.patches.size();
    }
    text += describe_left_out(plan.installation.patches);
    text += fmt::format("reboot expected: {}{}\n", plan.reboot_expected ? "yes" : "no",
                        plan.reboot_reason.empty() ? "" : ", " + plan.reboot_reason);
    text += fmt::format("assessed {} ago\n", describe_duration(std::max(now - plan.assessed_at, seconds(0))));
    const std::string summary = patches == 0 ? std::string("nothing would be installed")
                                             : fmt::format("{} in {}, about {}", counted(patches, "patch", "patches"),
                                                           counted(plan.batches.size(), "batch", "batches"), describe_duration(total));
    return text + tinted(summary, Tint::bold, style.color) + "\n";
}

}  // namespace guestpatch
