// What this program needs of a package manager.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "packagers/origin_rule.hpp"
#include "packagers/patch.hpp"
#include "platform/base/result.hpp"
#include "platform/base/time.hpp"
#include "platform/files.hpp"

namespace guestpatch {

/// Told where an operation stands. Called from the thread that asked.
class Progress {
  public:
    virtual ~Progress() = default;
    /// `step` in the operator's words ("refreshing package lists"); `percent` 0 to 100 where it is known.
    virtual void step(std::string_view step, std::optional<int> percent) = 0;
};

/// What every verb is given.
struct Context {
    Deadline deadline;
    std::stop_token stop;
    Progress& progress;
};

/// What a refresh could not reach, and what it had to put right on the way.
struct Refresh {
    std::vector<BlindSpot> blind_spots;
    std::vector<Note> notes;
};

/// What can be seen from here. Partial sight is data: `blind_spots` says what is missing.
struct Sight {
    std::vector<Patch> patches;  ///< sorted by name
    std::vector<BlindSpot> blind_spots;
    std::optional<Instant> metadata_time;     ///< when the package lists were last known to be current
    std::vector<std::string> repair_needed;   ///< packages an interrupted run left behind
    bool extended_support = false;            ///< a source of paid or extended security updates is in use
};

/// What the configuration decides about package managers.
struct PackageManagerSettings {
    std::vector<OriginRule> security_origins;  ///< besides the distribution's own pockets
    bool allow_removals = false;               ///< an upgrade may remove an installed package
    Path private_cache;                        ///< a folder of our own, for where the machine keeps no cache
};

/// A package manager of this machine. Repairing and installing join when their callers do.
class PackageManager {
  public:
    virtual ~PackageManager() = default;

    /// Brings the package lists up to date. Never fails as a whole: what could not be reached is named.
    virtual Refresh refresh(Context& context) = 0;

    /// Everything pending, from the lists at hand; needs no special rights and changes nothing.
    /// An error only when nothing at all could be seen, or on a stop request (Errc::cancelled).
    virtual Result<Sight> pending(Context& context) = 0;

    virtual Result<RebootNeed> reboot_need(Context& context) = 0;
};

}  // namespace guestpatch
