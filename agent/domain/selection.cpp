#include "agent/domain/selection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "platform/base/text.hpp"

namespace guestpatch {
namespace {

bool any_matches(const std::vector<PatchMask>& masks, const Patch& patch) {
    // A foreign architecture's package answers to its plain name too.
    const std::string_view plain = std::string_view(patch.id.name).substr(0, patch.id.name.find(':'));
    return std::ranges::any_of(masks, [&](const PatchMask& mask) {
        return mask.matches(patch.id.name, patch.id.version) || mask.matches(plain, patch.id.version);
    });
}

}  // namespace

bool is_selected(const Selection& selection, const Patch& patch) {
    return any_matches(selection.include, patch) ||
           std::ranges::find(selection.classifications, patch.classification) != selection.classifications.end();
}

bool may_need_reboot(const Patch& patch) {
    return patch.reboot == RebootBehavior::always_requires_reboot || patch.reboot == RebootBehavior::can_request_reboot;
}

std::optional<Reason> left_out(const Selection& selection, const Patch& patch) {
    if (any_matches(selection.exclude, patch)) return Reason::excluded;
    if (patch.held_back) return patch.reason;
    if (!is_selected(selection, patch)) return Reason::not_selected;
    if (selection.max_publish_date && patch.published && *patch.published > *selection.max_publish_date) {
        return Reason::published_too_late;
    }
    return std::nullopt;
}

Result<void> select(const Selection& selection, std::vector<Patch>& patches) {
    std::set<std::string> undated;
    for (Patch& patch : patches) {
        patch.reason = left_out(selection, patch);
        if (!patch.reason && selection.max_publish_date && !patch.published) undated.insert(patch.source);
    }
    if (undated.empty()) return {};
    return Error{Errc::invalid, fmt::format("a publish-date ceiling cannot be honoured: these sources do not say when a "
                                            "version was published: {}", join({undated.begin(), undated.end()}))};
}

}  // namespace guestpatch
