// Since when each name has had a pending version. Pure.
#pragma once

#include <string>
#include <vector>

#include "packagers/patch.hpp"
#include "platform/base/time.hpp"

namespace guestpatch {

/// One name of one class that is pending, and since when without a break.
struct FirstSeen {
    std::string name;
    Classification classification = Classification::other;
    std::string source;
    Instant since;

    friend bool operator==(const FirstSeen&, const FirstSeen&) = default;
};

/// Sets `first_seen` of every patch and returns the ledger for next time. A newer candidate does not reset
/// an entry. A name that vanished keeps its entry while its source could not be seen: blindness is no break.
[[nodiscard]] std::vector<FirstSeen> advance_first_seen(const std::vector<FirstSeen>& ledger,
                                                        std::vector<Patch>& patches,
                                                        const std::vector<BlindSpot>& blind_spots, Instant now);

}  // namespace guestpatch
