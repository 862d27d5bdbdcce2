// Hostile marks of automatically installed packages.
#include <cstdint>

#include "packagers/apt/extended_states.hpp"
#include "tests/fuzz/must.hpp"

namespace guestpatch {
namespace {

void try_text(const std::string& text) {
    for (const std::string& name : apt::parse_extended_states(text)) {
        must(name.size() > 1 && name.find(':') != std::string::npos, "a mark names a package and an architecture");
    }
}

}  // namespace
}  // namespace guestpatch

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    guestpatch::try_text(std::string(data, data + size));
    return 0;
}
