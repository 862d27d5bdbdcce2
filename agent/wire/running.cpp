#include "agent/wire/running.hpp"

#include "agent/wire/parts.hpp"

namespace guestpatch {

std::string encode(const RunningOperation& operation) {
    JsonWriter out;
    out.begin_object();
    out.key("kind").string(operation.kind);
    out.key("activityId").string(operation.activity_id);
    out.key("pid").integer(operation.pid);
    out.key("startTime").string(format_instant(operation.started));
    out.end_object();
    return out.take();
}

Result<RunningOperation> decode_running(std::string_view text) {
    return wire::decode(text, [](const JsonReader& in) {
        return RunningOperation{in.member("kind").string(), in.member("activityId").string(), in.member("pid").integer(),
                                in.member("startTime").parsed(parse_instant)};
    });
}

}  // namespace guestpatch
