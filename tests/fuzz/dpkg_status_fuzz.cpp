// A hostile dpkg database.
#include <cstdint>

#include "packagers/apt/dpkg_status.hpp"
#include "tests/fuzz/must.hpp"

namespace guestpatch {
namespace {

void try_text(const std::string& text) {
    for (const auto& [name, package] : apt::parse_dpkg_status({text, text})) {
        must(!name.empty() && name == package.name, "a package is found under its name");
    }
}

}  // namespace
}  // namespace guestpatch

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    guestpatch::try_text(std::string(data, data + size));
    return 0;
}
