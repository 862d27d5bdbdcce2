// What Ubuntu's `pro security-status --format=json` knows about extended maintenance. Pure.
#pragma once

#include <string_view>
#include <vector>

#include "packagers/patch.hpp"
#include "platform/base/result.hpp"

namespace guestpatch::apt {

/// The security updates that exist for this machine but need it attached to (or entitled by) Ubuntu Pro:
/// Security, kept back, UA_ESM_REQUIRED. Updates apt can already see are left to apt.
Result<std::vector<Patch>> parse_pro_status(std::string_view text);

}  // namespace guestpatch::apt
