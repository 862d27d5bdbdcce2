// One maintenance configuration, as a file or a host writes it. Pure. Meaning: docs/usage/windows.md.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/domain/schedule.hpp"
#include "platform/base/json.hpp"

namespace guestpatch {

/// Something wrong within a value.
struct PlacedFault {
    std::size_t offset = 0;  ///< in the text the value was parsed from
    std::string key;         ///< below the value: "maintenanceWindow.recurEvery"
    std::string message;

    friend bool operator==(const PlacedFault&, const PlacedFault&) = default;
};

struct MaintenanceReading {
    std::optional<MaintenanceConfiguration> configuration;  ///< none: faulty, or not for guests
    std::vector<PlacedFault> errors;
    std::vector<PlacedFault> warnings;
};

/// The parameters of `os_type` ("Linux", "Windows") make the selection; those of the other one are only validated.
/// Whether the time zone exists is not asked here.
[[nodiscard]] MaintenanceReading read_maintenance(const Json& object, std::string_view os_type);

}  // namespace guestpatch
