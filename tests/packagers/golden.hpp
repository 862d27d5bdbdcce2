// Captured outputs of real package managers.
#pragma once

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>

namespace guestpatch {

/// The bytes of tests/golden/<name>.
inline std::string golden(const std::string& name) {
    std::ifstream file(std::string(GUESTPATCH_TESTS) + "/golden/" + name, std::ios::binary);
    if (!file) throw std::runtime_error("no golden file " + name);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

}  // namespace guestpatch
