// Where this operating system wants programs to keep things.
#pragma once

#include <string>
#include <vector>

#include "platform/files.hpp"

namespace guestpatch {

struct SystemPaths {
    std::vector<Path> config_folders;  ///< drop-in folders, weakest first
    Path state;
    Path runtime;  ///< gone after a reboot
    Path cache;  ///< may be deleted at any time
    Path courier;  ///< the program that speaks to the network: the installed one, else the one beside our own program
    std::string courier_user;  ///< who it runs as; empty: as ourselves
};

SystemPaths system_paths();

}  // namespace guestpatch
