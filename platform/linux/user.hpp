// Becoming somebody else, for good. For this folder only.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "platform/base/result.hpp"

namespace guestpatch::os {

struct User {
    uid_t user = 0;
    gid_t group = 0;
};

/// Nothing for the empty name, which is ourselves. Errc::not_found when there is no such user.
Result<std::optional<User>> find_user(const std::string& name);

/// Between fork() and exec, async-signal-safe only: takes on the user and his group alone, and leaves the way back and
/// everything inherited behind. False with errno set when it is not allowed to; do not go on then.
bool become_user(const User& user);

}  // namespace guestpatch::os
