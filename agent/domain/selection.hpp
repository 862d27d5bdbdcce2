// What an installation would take. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "packagers/patch.hpp"
#include "platform/base/mask.hpp"
#include "platform/base/result.hpp"
#include "platform/base/time.hpp"

namespace guestpatch {

/// What is wanted of everything pending.
struct Selection {
    std::vector<Classification> classifications;
    std::vector<PatchMask> include;
    std::vector<PatchMask> exclude;
    std::optional<Instant> max_publish_date;

    friend bool operator==(const Selection&, const Selection&) = default;
};

/// Whether a mask or its class asks for it; exclusion is not looked at.
[[nodiscard]] bool is_selected(const Selection& selection, const Patch& patch);

/// Whether installing it needs, or may ask for, a reboot.
[[nodiscard]] bool may_need_reboot(const Patch& patch);

/// Why this patch would be left out; nothing when it would be installed. Exclusion wins over everything;
/// then what cannot go in anyway; then inclusion masks; then classifications; then the publish date.
[[nodiscard]] std::optional<Reason> left_out(const Selection& selection, const Patch& patch);

/// Sets `reason` of every patch. Errc::invalid when a publish-date ceiling is set and a selected patch's
/// source does not say when it was published: a ceiling is never silently ignored.
Result<void> select(const Selection& selection, std::vector<Patch>& patches);

}  // namespace guestpatch
