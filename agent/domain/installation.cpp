#include "agent/domain/installation.hpp"

#include <algorithm>

namespace guestpatch {
namespace {

using enum InstallationState;

/// "Waits for its turn in a phased roll-out" is how things should be; the others deserve a warning.
bool pending_as_designed(const PatchResult& result) { return result.patch.reason == Reason::phased; }

bool kept_from_going_in(const PatchResult& result) {
    const auto reason = result.patch.reason;
    return result.state == failed ||
           (result.state == pending && (reason == Reason::lock_held || reason == Reason::disk_full));
}

PatchResult settle(const InstallationRequest& request, Patch patch) {
    InstallationState state = pending;
    patch.reason = left_out(request.selection, patch);
    if (!patch.reason && request.exclude_reboot && may_need_reboot(patch)) patch.reason = Reason::reboot_excluded;
    if (patch.reason != Reason::excluded && !is_selected(request.selection, patch)) patch.reason = Reason::not_selected;
    if (patch.reason) {
        switch (*patch.reason) {
            case Reason::not_selected: state = not_selected; break;
            case Reason::excluded:
            case Reason::reboot_excluded:
            case Reason::published_too_late:
            case Reason::held:
            case Reason::pinned: state = excluded; break;
            default: break;
        }
    }
    return {.patch = std::move(patch), .state = state};
}

}  // namespace

std::size_t count(const std::vector<PatchResult>& patches, InstallationState state) {
    return static_cast<std::size_t>(std::ranges::count(patches, state, &PatchResult::state));
}

std::vector<PatchResult> dispose(const InstallationRequest& request, std::vector<Patch> patches) {
    std::vector<PatchResult> results;
    results.reserve(patches.size());
    for (Patch& patch : patches) results.push_back(settle(request, std::move(patch)));
    return results;
}

bool is_intended(const PatchResult& result) { return result.state == pending && !result.patch.reason; }

OperationStatus final_status(const Installation& installation) {
    const auto& patches = installation.patches;
    const bool hindered = std::ranges::any_of(patches, kept_from_going_in);
    const bool nothing_done = count(patches, installed) == 0;
    const bool forbidden = std::ranges::any_of(installation.errors, [](const ErrorDetail& error) {
        return error.code == hook_failed && error.target == pre_install_target;
    });
    if (nothing_done && (hindered || forbidden || (!installation.errors.empty() && patches.empty()))) return OperationStatus::failed;
    const bool unfinished = std::ranges::any_of(
        patches, [](const PatchResult& result) { return result.state == pending && !pending_as_designed(result); });
    const bool warn = hindered || unfinished || installation.window_exceeded || !installation.blind_spots.empty() ||
                      !installation.errors.empty() || installation.reboot_status == RebootStatus::failed;
    return warn ? OperationStatus::completed_with_warnings : OperationStatus::succeeded;
}

ApiError api_error(const Installation& installation) {
    std::vector<ErrorDetail> details = installation.errors;
    for (const PatchResult& result : installation.patches) {
        if (!kept_from_going_in(result)) continue;
        details.push_back({"PACKAGE_MANAGER_FAILURE", result.patch.id.name + "=" + result.patch.id.version, result.message});
    }
    for (const BlindSpot& spot : installation.blind_spots) {
        details.push_back({"PACKAGE_MANAGER_FAILURE", spot.source, spot.message});
    }
    return count_errors(std::move(details));
}

}  // namespace guestpatch
