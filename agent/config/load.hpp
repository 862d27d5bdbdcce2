// Finding the drop-ins and reading them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/config/goal.hpp"
#include "agent/config/merged.hpp"
#include "agent/config/settings.hpp"
#include "platform/files.hpp"
#include "platform/time_zone.hpp"

namespace guestpatch {

/// A setting the host asked for and a stronger file decided otherwise.
struct Overridden {
    std::string key;
    std::string origin;  ///< "/etc/guestpatch/config.d/10-site.json:4"

    friend bool operator==(const Overridden&, const Overridden&) = default;
};

/// A configuration as found: the settings are only meaningful when there are no errors.
struct Configuration {
    std::vector<std::string> files;  ///< in the order they were merged
    Merged merged;
    Settings settings;
    std::vector<ConfigFault> errors;
    std::vector<ConfigFault> warnings;
    std::optional<GoalState> goal;       ///< what the host asks beside settings; nothing: no goal, or one that is not sound
    std::vector<Overridden> overridden;
};

/// What a configuration is made of.
struct ConfigurationSources {
    std::vector<Path> folders;  ///< of drop-ins, weakest first
    Path goal;                  ///< the host's goal state as the state folder keeps it; need not exist
    Path place;                 ///< what the instance metadata service said of this machine; need not exist
    std::string os_type;        ///< "Linux", "Windows"
};

/// Reads every *.json of `folders`, weakest folder first: within one folder in name order; a file of the
/// same name in a later folder replaces the earlier one, a link to the null device masks it. A folder
/// that does not exist is an empty one; a file that cannot be read is an error that names it, and so is a time zone
/// that `zones` does not know.
/// The goal state comes after the first of several folders, and before a single one; one that is not sound is a warning.
Configuration load_configuration(Files& files, TimeZones& zones, const ConfigurationSources& sources);

/// What makes a goal state without errors of its own impossible on this machine: a patch mode of the other operating
/// system, a time zone nobody knows.
[[nodiscard]] std::vector<ConfigFault> find_goal_faults(const GoalReading& reading, const std::string& os_type, TimeZones& zones);

}  // namespace guestpatch
