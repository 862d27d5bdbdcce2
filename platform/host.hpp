// What machine and operating system this is, and who is asking.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "platform/base/result.hpp"

namespace guestpatch {

/// Facts that do not change while a command runs.
struct HostFacts {
    std::string machine_id;  ///< GUID; stable for this installation of the operating system, safe to publish
    std::string host_name;
    std::string os_type;       ///< "Linux" or "Windows", as patchStatus spells it
    std::string os_name;       ///< "Debian", "Ubuntu", "Windows Server 2022"
    std::string os_version;    ///< "12", "22.04", "10.0.20348"
    std::string architecture;  ///< "x86_64", "aarch64"
    std::string kernel;        ///< release of the running kernel: "6.1.0-50-amd64", "10.0.20348"
    /// os-release(5) as read: ID, ID_LIKE, VERSION_CODENAME, SUPPORT_END. Empty on Windows.
    std::map<std::string, std::string> os_release;

    friend bool operator==(const HostFacts&, const HostFacts&) = default;
};

/// What the machine lives on at the moment; where nobody can tell, plenty.
struct Supply {
    bool on_battery = false;  ///< no mains, and a battery that runs down
    bool metered = false;     ///< the way to the network is paid for by volume

    friend bool operator==(const Supply&, const Supply&) = default;
};

class Host {
  public:
    virtual ~Host() = default;

    virtual HostFacts facts() = 0;
    /// root, or an elevated Administrator.
    virtual bool privileged() = 0;
    virtual Supply supply() = 0;
};

std::unique_ptr<Host> make_host();

}  // namespace guestpatch
