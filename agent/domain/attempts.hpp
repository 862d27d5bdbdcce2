// What was installed before and came back, and what a reboot did not mend: so that no loop turns for ever. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/domain/installation.hpp"
#include "packagers/patch.hpp"
#include "platform/base/time.hpp"

namespace guestpatch {

/// A version that runs of this program reported as installed.
struct Attempt {
    PatchId id;
    std::string architecture;
    int installed = 0;  ///< by so many runs
    Instant last;
    std::string run;    ///< activity id of the last of them

    friend bool operator==(const Attempt&, const Attempt&) = default;
};

/// A reboot of ours after which these reasons for one were still there.
struct FruitlessReboot {
    std::vector<std::string> reasons;
    Instant at;

    friend bool operator==(const FruitlessReboot&, const FruitlessReboot&) = default;
};

struct Attempts {
    std::vector<Attempt> patches;
    std::optional<FruitlessReboot> reboot;

    friend bool operator==(const Attempts&, const Attempts&) = default;
};

/// Installed so often, and pending again in the same version, a patch is not tried once more.
constexpr int most_attempts = 2;
/// An attempt is forgotten after this time, and the oldest when there are too many.
constexpr seconds attempt_life = std::chrono::days(30);
constexpr std::size_t most_remembered = 2000;

/// Every patch that is to be installed and was, often enough, ends Pending and LOOP_BROKEN, with a message. Returns
/// their names.
std::vector<std::string> break_loops(std::vector<PatchResult>& patches, const Attempts& attempts, Instant now);

/// The ledger after a run: what it installed is counted, once however often it is told; what is out of date, or
/// superseded by another version of the same name, is dropped.
[[nodiscard]] Attempts after_run(Attempts attempts, const Installation& installation, Instant now);

/// Whether a reboot of ours has already failed to mend exactly this.
[[nodiscard]] bool is_fruitless(const Attempts& attempts, const RebootNeed& need, Instant now);

}  // namespace guestpatch
