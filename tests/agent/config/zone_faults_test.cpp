#include "agent/config/load.hpp"
#include "tests/catch.hpp"
#include "tests/fakes/clocks.hpp"
#include "tests/fakes/files.hpp"
#include "tests/fakes/zones.hpp"

using namespace guestpatch;

namespace {

/// Counts how often each zone is asked for.
class CountedTimeZones final : public TimeZones {
  public:
    Result<ZoneRules> find(std::string_view name, Instant from, Instant to) override {
        ++asked[std::string(name)];
        return zones.find(name, from, to);
    }

    FakeTimeZones zones;
    std::map<std::string, int> asked;
};

struct Machine {
    FakeClocks clocks;
    FakeFiles files{clocks};
    CountedTimeZones zones;

    Machine() { zones.zones.zones.emplace("Europe/Berlin", utc_rules()); }
    std::vector<ConfigFault> faults() { return load_configuration(files, zones, {.folders = {"/usr", "/etc"}, .os_type = "Linux"}).errors; }
};

std::string configuration(const std::string& id, const std::string& zone) {
    return R"({"id": ")" + id + R"(", "maintenanceWindow": {"startDateTime": "2026-11-01 22:30", "duration": "02:00",
 "timeZone": ")" + zone + R"(", "recurEvery": "Day"}})";
}

std::string drop_in(const std::string& configurations) { return "{\"maintenanceConfigurations\": [\n" + configurations + "]}"; }

}  // namespace

TEST_CASE("Off-peak hours in a zone nobody knows are a fault with its place", "[config][zones]") {
    Machine machine;
    machine.files.put("/etc/x.json", "{\"offPeak\": {\n\n\"timeZone\": \"Mars/Base\"}}");
    const std::string file = (Path("/etc") / "x.json").string();
    CHECK(machine.faults() == std::vector<ConfigFault>{{file, 3, "offPeak.timeZone", "no time zone is called \"Mars/Base\""}});
    machine.files.put("/etc/x.json", R"({"offPeak": {"timeZone": "europe/berlin"}})");
    CHECK(machine.faults().empty());
}

TEST_CASE("Off-peak hours count beside configurations, whose windows replace them: assessments keep to them", "[config][zones]") {
    Machine machine;
    machine.files.put("/etc/x.json", R"({"offPeak": {"timeZone": "Mars/Base"}})");
    machine.files.put("/etc/y.json", drop_in(configuration("m", "UTC")));
    REQUIRE(machine.faults().size() == 1);
    CHECK(machine.faults().front().key == "offPeak.timeZone");
}

TEST_CASE("A maintenance configuration in a zone nobody knows is a fault with its own place", "[config][zones]") {
    Machine machine;
    machine.files.put("/etc/x.json", drop_in(configuration("m", "Europe/Berlin") + ",\n" + configuration("n", " Nowhere ")));
    machine.files.put("/etc/y.json", drop_in(configuration("o", "UTC")));  // the last file is not the one that is wrong
    const std::string file = (Path("/etc") / "x.json").string();
    CHECK(machine.faults() == std::vector<ConfigFault>{{file, 5, "maintenanceConfigurations[1].maintenanceWindow.timeZone",
                                                       "no time zone is called \"Nowhere\""}});
}

TEST_CASE("Only the zones in effect matter: the later word of an id, and what is for guests", "[config][zones]") {
    Machine machine;
    machine.files.put("/usr/x.json", drop_in(configuration("m", "Nowhere")));
    REQUIRE(machine.faults().size() == 1);
    machine.files.put("/etc/y.json", drop_in(configuration("m", "UTC")));
    CHECK(machine.faults().empty());
    machine.files.put("/etc/y.json", "{\"maintenanceConfigurations\": null}");
    CHECK(machine.faults().empty());
    std::string host = configuration("m", "Nowhere");
    host.insert(1, R"("maintenanceScope": "Host", )");
    machine.files.put("/etc/y.json", drop_in(host));
    CHECK(machine.faults().empty());
}

TEST_CASE("The same wrong zone is wrong at every place, and in the file that counts", "[config][zones]") {
    Machine machine;
    machine.files.put("/usr/x.json", drop_in(configuration("m", "Nowhere")));
    machine.files.put("/etc/y.json", drop_in(configuration("n", "Nowhere") + "," + configuration("m", "Nowhere")));
    const auto faults = machine.faults();
    REQUIRE(faults.size() == 2);
    for (const ConfigFault& fault : faults) CHECK(fault.file == (Path("/etc") / "y.json").string());
    CHECK(faults[0].key == "maintenanceConfigurations[1].maintenanceWindow.timeZone");
    CHECK(faults[1].key == "maintenanceConfigurations[0].maintenanceWindow.timeZone");
}

TEST_CASE("A zone is read once, the machine's own not at all", "[config][zones]") {
    Machine machine;
    CHECK(machine.faults().empty());
    CHECK(machine.zones.asked.empty());
    machine.files.put("/etc/x.json", drop_in(configuration("m", "Europe/Berlin") + "," +
                                             configuration("n", "Europe/Berlin") + "," + configuration("o", "Local")));
    CHECK(machine.faults().empty());
    CHECK(machine.zones.asked == std::map<std::string, int>{{"Europe/Berlin", 1}});
}
