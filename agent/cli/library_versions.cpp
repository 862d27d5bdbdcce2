#include <cxxopts.hpp>
#include <fmt/format.h>

#include "agent/cli/version.hpp"
#include "platform/base/json.hpp"

namespace guestpatch {

std::string library_versions() {
    return fmt::format("fmt {}.{}.{}, cxxopts {}.{}.{}, {}", FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100,
                       CXXOPTS__VERSION_MAJOR, CXXOPTS__VERSION_MINOR, CXXOPTS__VERSION_PATCH, json_library());
}

}  // namespace guestpatch
