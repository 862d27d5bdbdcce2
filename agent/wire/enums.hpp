// Every enum's spelling on the wire, one table each (Azure's words where Azure has them).
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "agent/domain/admission.hpp"
#include "agent/domain/compliance.hpp"
#include "agent/domain/experience.hpp"
#include "agent/domain/health.hpp"
#include "agent/domain/lifecycle.hpp"
#include "agent/domain/operation.hpp"
#include "agent/domain/patch_status.hpp"
#include "agent/domain/requests.hpp"
#include "agent/domain/timetable.hpp"
#include "packagers/patch.hpp"

namespace guestpatch {

[[nodiscard]] std::string_view to_wire(Classification value);
[[nodiscard]] std::string_view to_wire(Severity value);
[[nodiscard]] std::string_view to_wire(RebootBehavior value);
[[nodiscard]] std::string_view to_wire(HeldBack value);
[[nodiscard]] std::string_view to_wire(Reason value);
[[nodiscard]] std::string_view to_wire(BlindSpotCode value);
[[nodiscard]] std::string_view to_wire(OperationStatus value);
[[nodiscard]] std::string_view to_wire(StartedBy value);
[[nodiscard]] std::string_view to_wire(ComplianceState value);
[[nodiscard]] std::string_view to_wire(InstallationState value);
[[nodiscard]] std::string_view to_wire(RebootSetting value);
[[nodiscard]] std::string_view to_wire(RebootStatus value);
[[nodiscard]] std::string_view to_wire(StatusLevel value);
[[nodiscard]] std::string_view to_wire(Stage value);
[[nodiscard]] std::string_view to_wire(Ending value);
[[nodiscard]] std::string_view to_wire(Hook value);
[[nodiscard]] std::string_view to_wire(HookEnd value);
[[nodiscard]] std::string_view to_wire(EstimateSource value);
[[nodiscard]] std::string_view to_wire(WindowOutcome value);
[[nodiscard]] std::string_view to_wire(HealthState value);
[[nodiscard]] std::string_view to_wire(RequestState value);
[[nodiscard]] std::string_view to_wire(AdmissionFor value);

/// Compares without regard to case, as the schemas' consumers do; nothing for a word we do not know.
template <class Enum>
[[nodiscard]] std::optional<Enum> from_wire(std::string_view text);

/// Every value, in the order of the declaration.
template <class Enum>
[[nodiscard]] std::vector<Enum> every();

}  // namespace guestpatch
