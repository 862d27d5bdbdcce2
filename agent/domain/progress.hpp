// Where the running operation stands, for whoever asks from outside. Pure values.
#pragma once

#include <optional>
#include <string>

#include "platform/base/time.hpp"

namespace guestpatch {

struct OperationProgress {
    std::string activity_id;
    std::string step;
    std::optional<int> percent;
    std::string patch;                     ///< the package being worked on
    std::optional<Instant> estimated_end;

    friend bool operator==(const OperationProgress&, const OperationProgress&) = default;
};

}  // namespace guestpatch
