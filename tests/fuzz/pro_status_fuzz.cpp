// Hostile answers of Ubuntu's pro.
#include <cstdint>

#include "packagers/apt/pro_output.hpp"
#include "tests/fuzz/must.hpp"

namespace guestpatch {
namespace {

void try_text(const std::string& text) {
    const auto patches = apt::parse_pro_status(text);
    if (!patches) return;
    for (const Patch& patch : *patches) must(patch.held_back.has_value(), "extended maintenance never goes in by itself");
}

}  // namespace
}  // namespace guestpatch

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    guestpatch::try_text(std::string(data, data + size));
    return 0;
}
