// Hostile records of the patch mode.
#include <cstdint>

#include "agent/wire/patch_mode.hpp"
#include "tests/fuzz/must.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    guestpatch::must_survive_writing(std::string(data, data + size), guestpatch::decode_patch_mode);
    return 0;
}
