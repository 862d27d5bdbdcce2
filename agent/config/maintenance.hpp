// One maintenance configuration, as a file or a host writes it. Pure. Meaning: docs/usage/windows.md.
#pragma once

#include <optional>
#include <string_view>

#include "agent/config/object_reader.hpp"
#include "agent/domain/schedule.hpp"

namespace guestpatch {

struct MaintenanceReading : Faults {
    std::optional<MaintenanceConfiguration> configuration;  ///< none: faulty, or not for guests
};

/// The parameters of `os_type` ("Linux", "Windows") make the selection; those of the other one are only validated.
/// Whether the time zone exists is not asked here.
[[nodiscard]] MaintenanceReading read_maintenance(const Json& object, std::string_view os_type);

}  // namespace guestpatch
