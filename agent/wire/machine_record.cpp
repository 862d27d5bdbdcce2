#include "agent/wire/machine_record.hpp"

#include "agent/wire/parts.hpp"

namespace guestpatch {

std::string encode(const MachineRecord& record) {
    JsonWriter out;
    out.begin_object();
    out.key("machineId").string(record.machine_id);
    out.key("hostName").string(record.host_name);
    out.key("osType").string(record.place.os_type);
    out.key("osName").string(record.os_name);
    out.key("osVersion").string(record.os_version);
    out.key("architecture").string(record.architecture);
    out.key("agentVersion").string(record.agent_version);
    out.key("bootId").string(record.boot_id);
    wire::write_text(out, "group", record.group);
    out.key("location").begin_object();
    wire::write_text(out, "region", record.place.region);
    wire::write_text(out, "zone", record.place.zone);
    wire::write_text(out, "faultDomain", record.place.fault_domain);
    wire::write_text(out, "updateDomain", record.place.update_domain);
    wire::write_text(out, "availabilitySet", record.place.availability_set);
    wire::write_text(out, "scaleSet", record.place.scale_set);
    wire::write_text(out, "resourceGroup", record.place.resource_group);
    out.end_object();
    out.key("tags").begin_object();
    for (const auto& [name, value] : record.place.tags) out.key(name).string(value);
    out.end_object();
    out.end_object();
    return out.take();
}

}  // namespace guestpatch
