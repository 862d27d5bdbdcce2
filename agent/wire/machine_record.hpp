// Who this machine is, for the host (docs/wire/machine-record.schema.json).
#pragma once

#include <string>

#include "agent/domain/machine_record.hpp"

namespace guestpatch {

[[nodiscard]] std::string encode(const MachineRecord& record);

}  // namespace guestpatch
