#include "agent/wire/assessment_result.hpp"

#include <fmt/format.h>

#include "agent/domain/patch_status.hpp"
#include "agent/wire/parts.hpp"
#include "platform/base/text.hpp"

namespace guestpatch {
namespace {

using namespace wire;

void write_patch_facts(JsonWriter& out, const Patch& patch) {
    out.begin_object();
    write_text(out, "installedVersion", patch.installed_version);
    write_text(out, "architecture", patch.architecture);
    if (!patch.advisories.empty()) write_strings(out, "advisories", patch.advisories);
    if (!patch.cves.empty()) write_strings(out, "cves", patch.cves);
    out.key("severity").string(to_wire(patch.severity));
    write_text(out, "source", patch.source);
    if (patch.held_back) out.key("heldBack").string(to_wire(*patch.held_back));
    if (patch.reason) out.key("reason").string(to_wire(*patch.reason));
    out.key("downloadBytes").integer(static_cast<std::int64_t>(patch.download_bytes));
    write_instant(out, "firstSeen", patch.first_seen);
    out.end_object();
}

void write_patch(JsonWriter& out, const Patch& patch, const Assessment& assessment, std::string_view modified) {
    out.begin_object();
    // Azure's form: name_version_OSName_OSVersion.
    std::string id = patch.id.name;
    for (const std::string& part : {patch.id.version, assessment.on.os_name, assessment.on.os_version}) id.append("_").append(part);
    out.key("patchId").string(id);
    out.key("name").string(patch.id.name);
    out.key("version").string(patch.id.version);
    out.key("classifications").begin_array().string(to_wire(patch.classification)).end_array();
    out.key("rebootBehavior").string(to_wire(patch.reboot));
    out.key("activityId").string(assessment.activity_id);
    write_instant(out, "publishedDate", patch.published);
    out.key("lastModifiedDateTime").string(modified);
    out.key("assessmentState").string("Available");
    out.key("guestpatch");
    write_patch_facts(out, patch);
    out.end_object();
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
    write_text(out, "packageManager", assessment.on.package_manager);
    write_text(out, "patchServiceUsed", assessment.on.patch_service);
    write_text(out, "osType", assessment.on.os_type);
    write_text(out, "osName", assessment.on.os_name);
    write_text(out, "osVersion", assessment.on.os_version);
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
    out.key("notes").begin_array();
    for (const Note& note : assessment.notes) {
        out.begin_object().key("code").string(note.code).key("message").string(note.message).end_object();
    }
    out.end_array().end_object();
}

Patch read_patch(const JsonReader& in) {
    const JsonReader facts = in.member("guestpatch");
    Patch patch{.id = {in.member("name").string(), in.member("version").string()},
                .architecture = facts.member("architecture").string_or(""),
                .installed_version = facts.member("installedVersion").string_or("")};
    const auto classifications = in.member("classifications").elements();
    if (classifications.size() == 1) {
        patch.classification = read_enum<Classification>(classifications.front());
    } else {
        in.member("classifications").fail("expected exactly one classification");
    }
    patch.severity = read_optional_enum<Severity>(facts.member("severity")).value_or(Severity::unspecified);
    patch.reboot = read_optional_enum<RebootBehavior>(in.member("rebootBehavior")).value_or(RebootBehavior::unknown);
    patch.source = facts.member("source").string_or("");
    patch.advisories = read_strings(facts.member("advisories"));
    patch.cves = read_strings(facts.member("cves"));
    patch.download_bytes = static_cast<std::uint64_t>(facts.member("downloadBytes").integer_or(0));
    if (in.member("publishedDate").present()) patch.published = in.member("publishedDate").parsed(parse_instant);
    patch.held_back = read_optional_enum<HeldBack>(facts.member("heldBack"));
    patch.reason = read_optional_enum<Reason>(facts.member("reason"));
    if (facts.member("firstSeen").present()) patch.first_seen = facts.member("firstSeen").parsed(parse_instant);
    return patch;
}

void read_facts(const JsonReader& in, Assessment& assessment) {
    assessment.on = {in.member("packageManager").string_or(""), in.member("patchServiceUsed").string_or(""),
                     in.member("osType").string_or(""), in.member("osName").string_or(""),
                     in.member("osVersion").string_or("")};
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
    for (const JsonReader& note : in.member("notes").elements()) {
        assessment.notes.push_back({note.member("code").string(), note.member("message").string_or("")});
    }
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
