// Asking whoever guards the fleet.
#pragma once

#include <stop_token>
#include <variant>

#include "agent/domain/admission.hpp"
#include "agent/engine/machine.hpp"

namespace guestpatch {

/// Without host.admission everybody is admitted at once. A host that cannot be asked, or that gives no clear answer, has
/// refused: the holder then says why.
std::variant<Admitted, Refused> ask_admission(const Machine& machine, const AdmissionRequest& request, const std::stop_token& stop);

}  // namespace guestpatch
