// Hostile instants, days and durations.
#include <cstdint>

#include "platform/base/time.hpp"
#include "tests/fuzz/must.hpp"

namespace guestpatch {
namespace {

void try_text(const std::string& text) {
    if (const auto instant = parse_instant(text)) {
        const std::string written = format_instant(*instant);
        must(written.size() == 20 && parse_instant(written) == *instant, "an instant survives writing and reading");
    }
    if (const auto day = parse_day(text)) {
        must(parse_instant(text + "T00:00:00Z") == *day, "a day is its first instant");
    }
    if (const auto duration = parse_duration(text)) {
        must(*duration >= seconds::zero(), "durations are not negative");
        must(parse_duration(format_duration(*duration)) == *duration, "a duration survives writing and reading");
        must(!describe_duration(*duration).empty(), "a duration can be told to people");
    }
}

}  // namespace
}  // namespace guestpatch

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    guestpatch::try_text(std::string(data, data + size));
    return 0;
}
