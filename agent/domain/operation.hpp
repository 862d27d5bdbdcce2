// What every operation has: a status, who asked, and how it failed. Pure values.
#pragma once

#include <string>
#include <vector>

#include "platform/base/time.hpp"

namespace guestpatch {

/// PatchOperationStatus.
enum class OperationStatus { in_progress, failed, succeeded, completed_with_warnings };

/// PatchOperationStartedBy: a person or script, or the agent's own schedule.
enum class StartedBy { user, platform };

/// One entry of an ApiError.
struct ErrorDetail {
    std::string code;
    std::string target;
    std::string message;

    friend bool operator==(const ErrorDetail&, const ErrorDetail&) = default;
};

/// ApiError: code "0" with "0 errors reported." when all went well.
struct ApiError {
    std::string code;
    std::string message;
    std::vector<ErrorDetail> details;

    friend bool operator==(const ApiError&, const ApiError&) = default;
};

/// An ApiError of these details, with the code and the sentence that count them.
[[nodiscard]] ApiError count_errors(std::vector<ErrorDetail> details);

}  // namespace guestpatch
