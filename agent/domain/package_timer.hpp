// Which package of a batch the time goes to, heard from what the package manager says. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "agent/domain/experience.hpp"
#include "packagers/patch.hpp"
#include "platform/base/time.hpp"

namespace guestpatch {

/// Told each time the package manager names what it works on; the time until it names another belongs to that one.
class PackageTimer {
  public:
    PackageTimer(const std::vector<Patch>& patches, BootTime began);

    /// `package` as the package manager spells it, "libc6:amd64"; empty or unknown: nobody's time.
    void heard(std::string_view package, BootTime now);
    /// Every package of the batch has a time when at least one was heard of: one that went by too quickly to be heard
    /// took next to none. Without any, no packages.
    [[nodiscard]] BatchTimes ended(BootTime now);

  private:
    void count(BootTime now);

    std::map<std::string, std::string, std::less<>> names_;  ///< spelling -> PatchId::name
    std::map<std::string, milliseconds> taken_;
    std::string current_;
    BootTime since_;
    milliseconds rest_{};
    bool heard_any_ = false;
};

}  // namespace guestpatch
