// A fault in the configuration. Pure values.
#pragma once

#include <cstddef>
#include <string>

namespace guestpatch {

/// What is wrong in a configuration file, and where.
struct ConfigFault {
    std::string file;
    std::size_t line = 0;
    std::string key;  ///< empty: the file as a whole
    std::string message;

    friend bool operator==(const ConfigFault&, const ConfigFault&) = default;
};

}  // namespace guestpatch
