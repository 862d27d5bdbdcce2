// Hostile zone files.
#include <algorithm>
#include <cstdint>

#include "platform/base/tzif.hpp"
#include "tests/fuzz/must.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace guestpatch;
    const Instant to(seconds(2'000'000'000));
    const auto zone = decode_tzif(std::string_view(reinterpret_cast<const char*>(data), size), to);
    if (!zone) {
        must(!zone.error().message.empty(), "a refusal says why");
        return 0;
    }
    must(!zone->periods.empty(), "there is always a local time");
    must(std::ranges::is_sorted(zone->periods, std::ranges::less(), &ZonePeriod::from), "periods are sorted");
    for (const ZonePeriod& period : zone->periods) {
        if (period.from < Instant() || period.from > to) continue;
        const LocalTime local = to_local(*zone, period.from);
        must(to_instant(*zone, local) <= period.from, "the first of two instants counts");
    }
    return 0;
}
