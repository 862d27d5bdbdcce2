#include "agent/domain/operation.hpp"

#include <fmt/format.h>

namespace guestpatch {

ApiError count_errors(std::vector<ErrorDetail> details) {
    const std::size_t found = details.size();
    return {.code = found == 0 ? "0" : "1",
            .message = found == 1 ? "1 error reported." : fmt::format("{} errors reported.", found),
            .details = std::move(details)};
}

}  // namespace guestpatch
