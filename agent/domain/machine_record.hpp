// Who this machine is, as the host files it. Pure values.
#pragma once

#include <string>

#include "agent/domain/scope.hpp"

namespace guestpatch {

struct MachineRecord {
    std::string machine_id;
    std::string host_name;
    std::string os_name;
    std::string os_version;
    std::string architecture;
    std::string agent_version;
    std::string boot_id;
    std::string group;
    MachinePlace place;

    friend bool operator==(const MachineRecord&, const MachineRecord&) = default;
};

}  // namespace guestpatch
