// What Azure's instance metadata service says of a machine's place. Only ever read, and as hostile: it is whatever answered
// at a link-local address.
#pragma once

#include <string_view>

#include "agent/domain/scope.hpp"
#include "platform/base/result.hpp"

namespace guestpatch {

/// The answer to GET /metadata/instance/compute?api-version=2021-12-13: every primitive is a string, and an absent one is
/// empty. `os_type` and `availability_set` stay empty: the first is known better here, the second it does not tell.
/// Errc::invalid names the member.
Result<MachinePlace> decode_imds_compute(std::string_view text);

}  // namespace guestpatch
