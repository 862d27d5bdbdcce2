// One member of health.probes. Pure.
#pragma once

#include <optional>

#include "agent/config/object_reader.hpp"
#include "agent/domain/health.hpp"

namespace guestpatch {

struct ProbeReading : Faults {
    std::optional<HealthProbe> probe;  ///< none: faulty
};

[[nodiscard]] ProbeReading read_probe(const Json& object);

}  // namespace guestpatch
