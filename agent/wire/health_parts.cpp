#include "agent/wire/health_parts.hpp"

#include "agent/wire/parts.hpp"

namespace guestpatch::wire {

void write_health(JsonWriter& out, const Health& health) {
    out.begin_object();
    out.key("state").string(to_wire(health.state));
    write_strings(out, "reasons", health.reasons);
    write_strings(out, "failedUnits", health.failed_units);
    out.key("at").string(format_instant(health.at));
    out.end_object();
}

Health read_health(const JsonReader& in) {
    return {.state = read_enum<HealthState>(in.member("state")),
            .reasons = read_strings(in.member("reasons")),
            .failed_units = read_strings(in.member("failedUnits")),
            .at = in.member("at").parsed(parse_instant)};
}

}  // namespace guestpatch::wire
