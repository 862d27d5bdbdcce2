// Hostile timetables.
#include <cstdint>

#include "agent/wire/timetable.hpp"
#include "tests/fuzz/must.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    guestpatch::must_survive_writing(std::string(data, data + size), guestpatch::decode_timetable);
    return 0;
}
