// What apt-get and dpkg say while they fetch and install. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "packagers/patch.hpp"

namespace guestpatch::apt {

/// One complaint about one package.
struct PackageFault {
    std::string name;          ///< as it was printed: plain, or with ":architecture"
    std::string architecture;  ///< from an archive's file name; else empty
    Reason reason = Reason::script_failed;
    std::string message;

    friend bool operator==(const PackageFault&, const PackageFault&) = default;
};

/// One call of apt-get or dpkg, read after its end.
struct InstallReport {
    std::vector<PackageFault> faults;
    Refusal complaint{Reason::prerequisite_missing, ""};  ///< the first thing that names no package, and what it means
    bool touched = false;                                 ///< dpkg began to unpack or to configure something
};

[[nodiscard]] InstallReport parse_install(std::string_view out, std::string_view err);

/// "/var/lib/dpkg/lock is held by process 358 (dpkg)", from any sentence of apt's that says so.
[[nodiscard]] std::optional<std::string> lock_holder(std::string_view line);

/// The same failures, for the patches of a batch; faults of other packages are left out. One per patch, the first.
[[nodiscard]] std::vector<PatchFailure> failures_among(const std::vector<Patch>& patches,
                                                       const std::vector<PackageFault>& faults);

}  // namespace guestpatch::apt
