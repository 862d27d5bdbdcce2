// Where this operating system wants programs to keep things.
#pragma once

#include <vector>

#include "platform/files.hpp"

namespace guestpatch {

struct SystemPaths {
    std::vector<Path> config_folders;  ///< drop-in folders, weakest first
    Path state;
    Path runtime;  ///< gone after a reboot
    Path cache;  ///< may be deleted at any time
};

SystemPaths system_paths();

}  // namespace guestpatch
