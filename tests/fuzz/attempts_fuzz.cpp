// Hostile ledgers of what was installed.
#include <cstdint>

#include "agent/wire/attempts.hpp"
#include "tests/fuzz/must.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    guestpatch::must_survive_writing(std::string(data, data + size), guestpatch::decode_attempts);
    return 0;
}
