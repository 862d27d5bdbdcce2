// Rules by which the administrator names repositories whose updates count as security updates.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/base/result.hpp"

namespace guestpatch {

/// Every given field must match its mask.
struct OriginRule {
    std::vector<std::pair<std::string, std::string>> fields;  ///< origin, label, suite, codename -> mask
};

/// Reads "origin=Docker,suite=*-security"; o, l, a, n and archive are accepted as apt abbreviates them.
Result<OriginRule> parse_origin_rule(std::string_view text);

}  // namespace guestpatch
