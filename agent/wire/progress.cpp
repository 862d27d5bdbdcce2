#include "agent/wire/progress.hpp"

#include "agent/wire/parts.hpp"

namespace guestpatch {

std::string encode(const OperationProgress& progress) {
    JsonWriter out;
    out.begin_object();
    out.key("activityId").string(progress.activity_id);
    out.key("step").string(progress.step);
    if (progress.percent) out.key("percent").integer(*progress.percent);
    wire::write_text(out, "patch", progress.patch);
    wire::write_instant(out, "estimatedEnd", progress.estimated_end);
    out.end_object();
    return out.take();
}

Result<OperationProgress> decode_progress(std::string_view text) {
    return wire::decode(text, [](const JsonReader& in) {
        OperationProgress progress{.activity_id = in.member("activityId").string(),
                                   .step = in.member("step").string_or(""),
                                   .patch = in.member("patch").string_or("")};
        if (in.member("percent").present()) progress.percent = static_cast<int>(in.member("percent").integer());
        if (in.member("estimatedEnd").present()) progress.estimated_end = in.member("estimatedEnd").parsed(parse_instant);
        return progress;
    });
}

}  // namespace guestpatch
