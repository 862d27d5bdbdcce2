// Which machines a maintenance configuration is for, so that one file can serve a fleet. Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace guestpatch {

/// What is known of this machine's place: the configuration's word, else the instance metadata service's. Empty: unknown.
struct MachinePlace {
    std::string os_type;  ///< "Linux", "Windows"
    std::string region;
    std::string zone;
    std::string fault_domain;
    std::string update_domain;
    std::string availability_set;
    std::string scale_set;
    std::string resource_group;
    std::map<std::string, std::string> tags;

    friend bool operator==(const MachinePlace&, const MachinePlace&) = default;
};

/// `filter` of a maintenance configuration. A list that is empty asks for nothing; words are compared without regard to case.
struct ScopeFilter {
    std::vector<std::string> os_types;
    std::vector<std::string> locations;
    std::vector<std::string> resource_groups;
    std::map<std::string, std::vector<std::string>> tags;  ///< by name: the values that will do
    bool all_tags = true;  ///< filterOperator: All, else Any

    friend bool operator==(const ScopeFilter&, const ScopeFilter&) = default;
};

/// Everything that is asked for holds. What is not known of the machine never does.
[[nodiscard]] bool in_scope(const ScopeFilter& filter, const MachinePlace& machine);

}  // namespace guestpatch
