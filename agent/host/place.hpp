// Where this machine stands, as Azure's instance metadata service tells it: region, zone, domains, scale set, tags.
#pragma once

#include <stop_token>
#include <string>

#include "agent/config/settings.hpp"
#include "agent/host/courier.hpp"
#include "platform/seams.hpp"

namespace guestpatch {

/// What the firmware of every Azure machine has as the asset tag of its chassis (cloud-init tells them by it, too).
constexpr const char* azure_chassis = "7783-7084-3265-9085-8269-3286-77";

/// Whether the service may be asked at all. With `automatic` only where the firmware says Azure: elsewhere somebody else may
/// answer at that address.
[[nodiscard]] bool should_ask(Imds setting, const std::string& chassis_asset_tag);

/// Whether this machine may ask.
[[nodiscard]] bool may_ask(Files& files, Imds setting);

enum class AskPlace {
    once_per_boot,  ///< not where it has answered in this boot
    now,
};

enum class Learned { not_asked, unchanged, changed };

/// What is known of the place, and whether this boot has asked.
struct PlaceFiles {
    Path known;  ///< place.json in the state folder
    Path asked;  ///< in the runtime folder
};

/// Asks, within one second, and keeps the answer where it is news. An error when nobody could be asked, or there was no
/// useful answer: what is known stays. Where nobody may be asked nothing is sent, and an answer of earlier is forgotten:
/// the machine may have been moved.
Result<Learned> learn_place(Seams seams, const Courier& courier, Imds setting, const PlaceFiles& places, AskPlace when,
                            std::stop_token stop);

}  // namespace guestpatch
