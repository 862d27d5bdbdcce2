// Whether this machine may be called compliant. Pure: the clock is an argument.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "packagers/patch.hpp"
#include "platform/base/time.hpp"

namespace guestpatch {

enum class ComplianceState { compliant, non_compliant, unknown };

struct Compliance {
    ComplianceState state = ComplianceState::unknown;
    Instant since;                     ///< when this state was first reached without a break
    std::vector<std::string> reasons;  ///< sentences for the operator; a Compliant machine may carry announcements

    friend bool operator==(const Compliance&, const Compliance&) = default;
};

/// How long what was seen stays good enough to be called sight.
constexpr seconds sight_expires_after = std::chrono::days(3);
/// How far ahead the end of support is announced.
constexpr seconds support_end_announced = std::chrono::days(90);

/// What the verdict rests on.
struct ComplianceFacts {
    const std::vector<Patch>& patches;
    const std::vector<BlindSpot>& blind_spots;
    const RebootNeed& reboot;
    std::optional<Instant> seen_at;      ///< how current the package lists were; nothing when never known
    std::optional<Instant> support_end;  ///< of the operating system
    seconds max_age{};                   ///< a Critical or Security patch may be pending this long
};

/// NonCompliant on evidence, Unknown where sight is missing, Compliant only when neither holds. `previous`
/// carries `since` over while the state stays the same.
[[nodiscard]] Compliance judge_compliance(const ComplianceFacts& facts, const std::optional<Compliance>& previous,
                                          Instant now);

}  // namespace guestpatch
