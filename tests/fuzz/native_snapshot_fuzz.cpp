// Hostile snapshots of native updates.
#include <cstdint>

#include "packagers/native_snapshot.hpp"
#include "tests/fuzz/must.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    guestpatch::must_survive_writing(std::string(data, data + size), guestpatch::decode_native_snapshot);
    return 0;
}
