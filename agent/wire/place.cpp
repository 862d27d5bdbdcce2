#include "agent/wire/place.hpp"

#include "agent/wire/parts.hpp"

namespace guestpatch {
namespace {

using namespace wire;

constexpr std::int64_t schema = 1;

std::map<std::string, std::string> read_tags(const JsonReader& in) {
    std::map<std::string, std::string> tags;
    for (const JsonReader& tag : in.elements()) tags.insert_or_assign(tag.member("name").string(), tag.member("value").string());
    return tags;
}

MachinePlace read_place(const JsonReader& root) {
    if (root.member("schema").integer() > schema) root.member("schema").fail("written by a newer guestpatch");
    const JsonReader in = root.member("place");
    if (!in.present()) in.fail("missing");
    return {.os_type = in.member("osType").string_or(""),
            .region = in.member("region").string_or(""),
            .zone = in.member("zone").string_or(""),
            .fault_domain = in.member("faultDomain").string_or(""),
            .update_domain = in.member("updateDomain").string_or(""),
            .availability_set = in.member("availabilitySet").string_or(""),
            .scale_set = in.member("scaleSet").string_or(""),
            .resource_group = in.member("resourceGroup").string_or(""),
            .tags = read_tags(in.member("tags"))};
}

}  // namespace

std::string encode(const MachinePlace& place) {
    JsonWriter out;
    out.begin_object();
    out.key("schema").integer(schema);
    out.key("place").begin_object();
    write_text(out, "osType", place.os_type);
    write_text(out, "region", place.region);
    write_text(out, "zone", place.zone);
    write_text(out, "faultDomain", place.fault_domain);
    write_text(out, "updateDomain", place.update_domain);
    write_text(out, "availabilitySet", place.availability_set);
    write_text(out, "scaleSet", place.scale_set);
    write_text(out, "resourceGroup", place.resource_group);
    out.key("tags").begin_array();
    for (const auto& [name, value] : place.tags) {
        out.begin_object().key("name").string(name).key("value").string(value).end_object();
    }
    out.end_array().end_object().end_object();
    return out.take();
}

Result<MachinePlace> decode_place(std::string_view text) {
    return decode(text, read_place);
}

}  // namespace guestpatch
