// Hostile batches of events, and names of their files.
#include <cstdint>

#include "agent/host/event_spool.hpp"
#include "agent/wire/events.hpp"
#include "tests/fuzz/must.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(data, data + size);
    guestpatch::must_survive_writing(text, guestpatch::decode_events);
    if (const auto batch = guestpatch::parse_file_name(text)) {
        guestpatch::must(guestpatch::file_name(*batch) == text, "a name is read as it is written");
    }
    return 0;
}
