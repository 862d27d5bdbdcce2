// Hostile configuration drop-ins.
#include <cstdint>

#include "agent/config/merged.hpp"
#include "agent/config/settings.hpp"
#include "agent/config/zone_faults.hpp"
#include "tests/fakes/zones.hpp"
#include "tests/fuzz/must.hpp"

namespace guestpatch {
namespace {

void try_text(const std::string& text) {
    const Fragment fragment = parse_fragment("x.json", text);
    for (const ConfigFault& fault : fragment.errors) {
        must(fault.line >= 1 && !fault.message.empty(), "a fault has a place and a reason");
    }
    for (const char* os_type : {"Linux", "Windows"}) {
        const Merged merged = merge({fragment, fragment}, os_type);
        const Settings settings = make_settings(merged, {.os_type = os_type});
        for (const MaintenanceConfiguration& configuration : settings.maintenance) {
            must(!configuration.id.empty() && configuration.duration > seconds(0), "a maintenance configuration is whole");
        }
        (void)find_contradictions(merged, os_type);
        FakeTimeZones zones;
        for (const ConfigFault& fault : find_zone_faults(merged, {fragment, fragment}, settings, zones)) {
            must(fault.file == "x.json" && fault.line >= 1 && !fault.message.empty(), "a zone's fault has a place and a reason");
            must(fault.key.ends_with("imeZone"), "and names the zone's own key");
        }
    }
}

}  // namespace
}  // namespace guestpatch

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    guestpatch::try_text(std::string(data, data + size));
    return 0;
}
