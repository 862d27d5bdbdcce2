#include "agent/wire/assessment_result.hpp"

#include "agent/domain/patch_status.hpp"
#include "agent/wire/parts.hpp"
#include "agent/wire/patch_parts.hpp"
#include "platform/base/text.hpp"

namespace guestpatch {
namespace {

using namespace wire;

void write_patch(JsonWriter& out, const Patch& patch, const Assessment& assessment, std::string_view modified) {
    out.begin_object();
    write_patch_head(out, patch, assessment.on);
    out.key("rebootBehavior").string(to_wire(patch.reboot));
    out.key("activityId").string(assessment.activity_id);
    write_instant(out, "publishedDate", patch.published);
    out.key("lastModifiedDateTime").string(modified);
    out.key("assessmentState").string("Available");
    out.key("guestpatch").begin_object();
    write_patch_facts(out, patch);
    out.end_object().end_object();
}

template <class Class, std::size_t Size>
void write_counts(JsonWriter& out, std::string_view key, const std::vector<Patch>& patches, const std::array<std::pair<std::string_view, Class>, Size>& classes) {
    out.key(key).begin_object();
    for (const auto& [name, value] : classes) out.key(name).integer(static_cast<std::int64_t>(count(patches, value)));
    out.end_object();
}

void write_facts(JsonWriter& out, const Assessment& assessment) {
    static constexpr std::array<std::pair<std::string_view, Classification>, 3> classes{
        {{"critical", Classification::critical}, {"security", Classification::security}, {"other", Classification::other}}};
    static constexpr std::array<std::pair<std::string_view, Severity>, 5> severities{{{"critical", Severity::critical},
                                                                                      {"important", Severity::important},
                                                                                      {"moderate", Severity::moderate},
                                                                                      {"low", Severity::low},
                                                                                      {"unspecified", Severity::unspecified}}};
    out.begin_object();
    write_surroundings(out, assessment.on);
    out.key("startedBy").string(to_wire(assessment.started_by));
    out.key("lastModifiedDateTime").string(format_instant(assessment.modified));
    out.key("duration").string(format_duration(assessment.duration));
    if (assessment.metadata_age) out.key("metadataAge").string(format_duration(*assessment.metadata_age));
    write_counts(out, "availablePatchCountByClassification", assessment.patches, classes);
    write_counts(out, "availablePatchCountBySeverity", assessment.patches, severities);
    write_instant(out, "oldestPending", oldest_pending(assessment.patches));
    out.key("compliance");
    write_compliance(out, assessment.compliance);
    write_text(out, "rebootReason", join(assessment.reboot.reasons));
    out.key("rebootPending").begin_object();
    out.key("required").boolean(assessment.reboot.required);
    write_instant(out, "since", assessment.reboot.since);
    write_strings(out, "reasons", assessment.reboot.reasons);
    out.end_object();
    out.key("blindSpots");
    write_blind_spots(out, assessment.blind_spots);
    out.key("notes");
    write_notes(out, assessment.notes);
    out.end_object();
}

void read_facts(const JsonReader& in, Assessment& assessment) {
    assessment.on = read_surroundings(in);
    assessment.started_by = read_enum<StartedBy>(in.member("startedBy"));
    assessment.modified = in.member("lastModifiedDateTime").parsed(parse_instant);
    assessment.duration = in.member("duration").parsed(parse_duration);
    if (in.member("metadataAge").present()) assessment.metadata_age = in.member("metadataAge").parsed(parse_duration);
    assessment.compliance = read_compliance(in.member("compliance"));
    const JsonReader reboot = in.member("rebootPending");
    assessment.reboot.required = reboot.member("required").boolean_or(false);
    if (reboot.member("since").present()) assessment.reboot.since = reboot.member("since").parsed(parse_instant);
    assessment.reboot.reasons = read_strings(reboot.member("reasons"));
    assessment.blind_spots = read_blind_spots(in.member("blindSpots"));
    assessment.notes = read_notes(in.member("notes"));
}

Assessment read_assessment(const JsonReader& in) {
    Assessment assessment{.activity_id = in.member("assessmentActivityId").string(),
                          .status = read_enum<OperationStatus>(in.member("status")),
                          .started = in.member("startDateTime").parsed(parse_instant)};
    for (const JsonReader& patch : in.member("availablePatches").elements()) {
        assessment.patches.push_back(read_patch(patch));
    }
    read_facts(in.member("guestpatch"), assessment);
    if (assessment.status == OperationStatus::failed) {
        const ApiError error = read_error(in.member("error"));
        if (!error.details.empty()) assessment.failure = error.details.front();
    }
    return assessment;
}

}  // namespace

std::string encode(const Assessment& assessment) {
    JsonWriter out;
    const std::string modified = format_instant(assessment.modified);
    out.begin_object();
    out.key("status").string(to_wire(assessment.status));
    out.key("assessmentActivityId").string(assessment.activity_id);
    out.key("rebootPending").boolean(assessment.reboot.required);
    out.key("criticalAndSecurityPatchCount").integer(static_cast<std::int64_t>(count_critical_and_security(assessment.patches)));
    out.key("otherPatchCount").integer(static_cast<std::int64_t>(count(assessment.patches, Classification::other)));
    out.key("startDateTime").string(format_instant(assessment.started));
    out.key("availablePatches").begin_array();
    for (const Patch& patch : assessment.patches) write_patch(out, patch, assessment, modified);
    out.end_array();
    out.key("error");
    write_error(out, api_error(assessment));
    out.key("guestpatch");
    write_facts(out, assessment);
    out.end_object();
    return out.take();
}

Result<Assessment> decode_assessment(std::string_view text) { return decode(text, read_assessment); }

}  // namespace guestpatch
