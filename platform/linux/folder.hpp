// Making folders and keeping them. For this folder only.
#pragma once

#include "platform/files.hpp"

namespace guestpatch::os {

/// A rename or removal is only durable once its folder is.
Result<void> sync_folder(const Path& folder);

/// Makes it with its parents, open to readers whatever the umask says.
Result<void> make_folder(const Path& folder);

}  // namespace guestpatch::os
