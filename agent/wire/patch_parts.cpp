#include "agent/wire/patch_parts.hpp"

#include "agent/wire/parts.hpp"

namespace guestpatch::wire {

std::string patch_id(const Patch& patch, const Surroundings& on) {
    std::string id = patch.id.name;
    for (const std::string& part : {patch.id.version, on.os_name, on.os_version}) id.append("_").append(part);
    return id;
}

void write_patch_head(JsonWriter& out, const Patch& patch, const Surroundings& on) {
    out.key("patchId").string(patch_id(patch, on));
    out.key("name").string(patch.id.name);
    out.key("version").string(patch.id.version);
    out.key("classifications").begin_array().string(to_wire(patch.classification)).end_array();
}

void write_patch_facts(JsonWriter& out, const Patch& patch) {
    write_text(out, "installedVersion", patch.installed_version);
    write_text(out, "architecture", patch.architecture);
    if (!patch.advisories.empty()) write_strings(out, "advisories", patch.advisories);
    if (!patch.cves.empty()) write_strings(out, "cves", patch.cves);
    out.key("severity").string(to_wire(patch.severity));
    write_text(out, "source", patch.source);
    if (patch.first) out.key("first").boolean(true);
    if (patch.held_back) out.key("heldBack").string(to_wire(*patch.held_back));
    if (patch.reason) out.key("reason").string(to_wire(*patch.reason));
    out.key("downloadBytes").integer(static_cast<std::int64_t>(patch.download_bytes));
    write_instant(out, "firstSeen", patch.first_seen);
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
    patch.first = facts.member("first").boolean_or(false);
    patch.held_back = read_optional_enum<HeldBack>(facts.member("heldBack"));
    patch.reason = read_optional_enum<Reason>(facts.member("reason"));
    if (facts.member("firstSeen").present()) patch.first_seen = facts.member("firstSeen").parsed(parse_instant);
    return patch;
}

void write_surroundings(JsonWriter& out, const Surroundings& on) {
    write_text(out, "packageManager", on.package_manager);
    write_text(out, "patchServiceUsed", on.patch_service);
    write_text(out, "osType", on.os_type);
    write_text(out, "osName", on.os_name);
    write_text(out, "osVersion", on.os_version);
}

Surroundings read_surroundings(const JsonReader& in) {
    return {in.member("packageManager").string_or(""), in.member("patchServiceUsed").string_or(""),
            in.member("osType").string_or(""), in.member("osName").string_or(""), in.member("osVersion").string_or("")};
}

}  // namespace guestpatch::wire
