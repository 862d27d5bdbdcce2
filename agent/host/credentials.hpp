// What proves to the host who we are, read anew for each exchange: files are rotated.
#pragma once

#include "agent/config/settings.hpp"
#include "agent/domain/exchange.hpp"
#include "platform/files.hpp"

namespace guestpatch {

/// Key and token must be root's alone (Files::read_private). Errors name the file and what helps.
Result<Credentials> read_credentials(Files& files, const HostSettings& host);

}  // namespace guestpatch
