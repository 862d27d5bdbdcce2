#include "agent/config/statuses.hpp"

#include <fmt/format.h>

namespace guestpatch {

std::vector<InstanceViewStatus> configuration_statuses(const Configuration& configuration, Instant since) {
    std::vector<InstanceViewStatus> statuses;
    for (const Overridden& one : configuration.overridden) {
        statuses.push_back({.code = "Configuration/Overridden",
                            .level = StatusLevel::warning,
                            .display_status = "Decided by the administrator",
                            .message = fmt::format("{} is as {} says, not as the host asks", one.key, one.origin),
                            .time = since});
    }
    if (!configuration.settings.schedule_fault.empty()) {
        statuses.push_back({.code = "Schedule/PrerequisitesNotMet",
                            .level = StatusLevel::error,
                            .display_status = "Nothing is installed automatically",
                            .message = configuration.settings.schedule_fault,
                            .time = since});
    }
    return statuses;
}

}  // namespace guestpatch
