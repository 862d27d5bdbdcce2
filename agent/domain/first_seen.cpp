#include "agent/domain/first_seen.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace guestpatch {

std::vector<FirstSeen> advance_first_seen(const std::vector<FirstSeen>& ledger, std::vector<Patch>& patches,
                                          const std::vector<BlindSpot>& blind_spots, Instant now) {
    using Key = std::pair<std::string, Classification>;
    std::map<Key, FirstSeen> known;
    for (const FirstSeen& entry : ledger) known.try_emplace(Key(entry.name, entry.classification), entry);

    std::map<Key, FirstSeen> next;
    for (Patch& patch : patches) {
        const Key key(patch.id.name, patch.classification);
        const auto before = known.find(key);
        // A clock set back must not leave a patch first seen in the future: it would never grow old.
        const Instant since = before == known.end() ? now : std::min(before->second.since, now);
        patch.first_seen = since;
        next.try_emplace(key, FirstSeen{patch.id.name, patch.classification, patch.source, since});
    }
    std::set<std::string_view> blind;
    bool everything = false;
    for (const BlindSpot& spot : blind_spots) {
        blind.insert(spot.source);
        everything = everything || spot.code == BlindSpotCode::no_sources;
    }
    for (const auto& [key, entry] : known) {
        if (everything || blind.contains(entry.source)) next.try_emplace(key, entry);
    }
    std::vector<FirstSeen> entries;
    entries.reserve(next.size());
    for (auto& [key, entry] : next) entries.push_back(std::move(entry));
    return entries;
}

}  // namespace guestpatch
