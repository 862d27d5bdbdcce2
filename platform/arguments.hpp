// The command line as UTF-8, whatever the operating system hands to main().
#pragma once

#include <string>
#include <vector>

namespace guestpatch {

/// Without the program's own name.
std::vector<std::string> utf8_arguments(int argc, char** argv);

}  // namespace guestpatch
