// Hostile records of the machine's place.
#include <cstdint>

#include "agent/wire/place.hpp"
#include "tests/fuzz/must.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    guestpatch::must_survive_writing(std::string(data, data + size), guestpatch::decode_place);
    return 0;
}
