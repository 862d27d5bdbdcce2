// Identifiers nobody else has.
#pragma once

#include <string>

namespace guestpatch {

/// A random (version 4) GUID in lower case, from the operating system's generator.
std::string make_guid();

}  // namespace guestpatch
