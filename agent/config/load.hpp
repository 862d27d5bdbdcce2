// Finding the drop-ins and reading them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/config/merged.hpp"
#include "agent/config/settings.hpp"
#include "platform/files.hpp"
#include "platform/time_zone.hpp"

namespace guestpatch {

/// A configuration as found: the settings are only meaningful when there are no errors.
struct Configuration {
    std::vector<std::string> files;  ///< in the order they were merged
    Merged merged;
    Settings settings;
    std::vector<ConfigFault> errors;
    std::vector<ConfigFault> warnings;
};

/// Reads every *.json of `folders`, weakest folder first: within one folder in name order; a file of the
/// same name in a later folder replaces the earlier one, a link to the null device masks it. A folder
/// that does not exist is an empty one; a file that cannot be read is an error that names it, and so is a time zone
/// that `zones` does not know.
Configuration load_configuration(Files& files, TimeZones& zones, const std::vector<Path>& folders, std::string_view os_type);

}  // namespace guestpatch
