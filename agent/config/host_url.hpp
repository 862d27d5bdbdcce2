// host.url: which addresses a host may have. Pure.
#pragma once

#include <string>
#include <string_view>

#include "platform/base/result.hpp"

namespace guestpatch {

/// The base address, without a slash at its end: https, plain http to this machine itself, or "unix:/run/x.sock".
/// Errc::invalid says what else it is: a name and password, a query and a fragment have no place in it.
Result<std::string> parse_host_url(std::string_view text);

}  // namespace guestpatch
