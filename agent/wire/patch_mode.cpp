#include "agent/wire/patch_mode.hpp"

#include <algorithm>
#include <array>

#include "agent/wire/parts.hpp"
#include "agent/wire/patch_status_parts.hpp"

namespace guestpatch {
namespace {

using namespace wire;

constexpr std::int64_t schema = 1;
/// In the order of PatchModeStage.
constexpr std::array<std::string_view, 4> stages{"Begun", "Assessed", "Switched", "Applied"};

PatchModeStage read_stage(const JsonReader& in) {
    const auto found = std::ranges::find(stages, in.string());
    if (found == stages.end()) in.fail("expected Begun, Assessed, Switched or Applied");
    return found == stages.end() ? PatchModeStage::begun : static_cast<PatchModeStage>(found - stages.begin());
}

PatchModeRecord read_record(const JsonReader& in) {
    if (in.member("schema").integer() > schema) in.member("schema").fail("written by a newer guestpatch");
    return {.patch_mode = in.member("patchMode").string(),
            .assessment_mode = in.member("assessmentMode").string(),
            .stage = read_stage(in.member("stage")),
            .at = in.member("at").parsed(parse_instant),
            .statuses = read_configuration(in.member("configurationStatuses"))};
}

}  // namespace

std::string encode(const PatchModeRecord& record) {
    JsonWriter out;
    out.begin_object();
    out.key("schema").integer(schema);
    out.key("patchMode").string(record.patch_mode);
    out.key("assessmentMode").string(record.assessment_mode);
    out.key("stage").string(stages.at(static_cast<std::size_t>(record.stage)));
    out.key("at").string(format_instant(record.at));
    write_configuration(out, record.statuses);
    out.end_object();
    return out.take();
}

Result<PatchModeRecord> decode_patch_mode(std::string_view text) {
    return decode(text, read_record);
}

}  // namespace guestpatch
