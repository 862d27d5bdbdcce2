// Hostile ledgers.
#include <cstdint>

#include "agent/wire/ledger.hpp"
#include "tests/fuzz/must.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    guestpatch::must_survive_writing(std::string(data, data + size), guestpatch::decode_ledger);
    return 0;
}
