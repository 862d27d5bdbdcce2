// The goal state between the vendor's drop-ins and the administrator's.
#include <set>

#include "agent/config/load.hpp"
#include "agent/config/schema.hpp"
#include "platform/base/text.hpp"
#include "tests/catch.hpp"
#include "tests/fakes/clocks.hpp"
#include "tests/fakes/files.hpp"
#include "tests/fakes/zones.hpp"
#include "tests/tools/dice.hpp"

using namespace guestpatch;

namespace {

const Path goal_file = "/state/goalState.json";

struct Machine {
    FakeClocks clocks;
    FakeFiles files{clocks};
    FakeTimeZones zones;

    Configuration load(const std::vector<Path>& folders = {"/usr", "/etc", "/run"}) {
        return load_configuration(files, zones, {.folders = folders, .goal = goal_file, .place = "/state/place.json", .os_type = "Linux"});
    }
    void goal(const std::string& members) { files.put(goal_file, R"({"goalSequence": 7, )" + members + "}"); }
};

std::string origin(const Configuration& configuration, const std::string& key) { return configuration.merged.find(key)->second.origin(); }
std::string at(const Path& file, int line) { return file.string() + ":" + std::to_string(line); }

std::string schedule(const std::string& id, const std::string& more = "", const std::string& duration = "02:00") {
    return R"({"id": ")" + id + "\", " + more + R"("maintenanceWindow": {"startDateTime": "2026-11-01 22:30", "duration": ")" + duration +
           R"(", "timeZone": "UTC", "recurEvery": "Day"}})";
}
std::string schedules(const std::string& list) { return "\"maintenanceConfigurations\": [" + list + "]"; }

constexpr const char* automatic = R"("patchSettings": {"patchMode": "AutomaticByPlatform"})";
constexpr const char* bypassing =
    R"("patchSettings": {"patchMode": "AutomaticByPlatform", "automaticByPlatformSettings": {"bypassPlatformSafetyChecksOnUserSchedule": true}})";

}  // namespace

TEST_CASE("The goal state is stronger than the vendor and weaker than the administrator", "[config][goal]") {
    Machine machine;
    machine.files.put("/usr/99.json", R"({"patchSettings": {"patchMode": "ImageDefault", "assessmentMode": "ImageDefault"}})");
    machine.files.put("/etc/10.json", "{\"patchSettings\":\n{\"assessmentMode\": \"ImageDefault\"}}");
    machine.goal("\n\"patchSettings\": {\"patchMode\": \"automaticbyplatform\",\n\"assessmentMode\": \"AutomaticByPlatform\", \"enableHotpatching\": null}");
    const Configuration configuration = machine.load();
    REQUIRE(configuration.errors.empty());
    CHECK(configuration.settings.patch_mode == "AutomaticByPlatform");
    CHECK(origin(configuration, "patchSettings.patchMode") == at(goal_file, 2));
    CHECK(configuration.settings.assessment_mode == "ImageDefault");
    CHECK(configuration.overridden == std::vector<Overridden>{{"patchSettings.assessmentMode", at(Path("/etc") / "10.json", 2)}});
    CHECK(configuration.files == std::vector<std::string>{(Path("/usr") / "99.json").string(), goal_file.string(), (Path("/etc") / "10.json").string()});
    REQUIRE(configuration.goal);
    CHECK(configuration.goal->sequence == 7);
}

TEST_CASE("Beside a single folder the goal state is the weaker one", "[config][goal]") {
    Machine machine;
    machine.files.put("/etc/10.json", R"({"patchSettings": {"patchMode": "ImageDefault"}})");
    machine.goal(automatic);
    CHECK(machine.load({"/etc"}).settings.patch_mode == "ImageDefault");
    CHECK(machine.load({"/etc"}).overridden.size() == 1);
    machine.files.erase("/etc/10.json");
    CHECK(machine.load({"/etc"}).settings.patch_mode == "AutomaticByPlatform");
    CHECK(machine.load({}).settings.patch_mode == "AutomaticByPlatform");
}

TEST_CASE("Who says the same does not override", "[config][goal]") {
    Machine machine;
    machine.files.put("/etc/10.json", "{" + std::string(automatic) + ", " + schedules(schedule("m")) + "}");
    machine.goal(std::string(automatic) + ", " + schedules(schedule("m")));
    CHECK(machine.load().overridden.empty());
}

TEST_CASE("Maintenance configurations of the host's are overridden by their id", "[config][goal]") {
    Machine machine;
    machine.files.put("/etc/10.json", "{\n" + schedules(schedule("m", "", "01:00")) + "}");
    machine.goal(std::string(automatic) + ", " + schedules(schedule(" m ") + "," + schedule("n")));
    const Configuration configuration = machine.load();
    REQUIRE(configuration.errors.empty());
    CHECK(configuration.overridden == std::vector<Overridden>{{"maintenanceConfigurations[m]", at(Path("/etc") / "10.json", 2)}});
    REQUIRE(configuration.settings.maintenance.size() == 2);
    CHECK(configuration.settings.maintenance[0].duration == std::chrono::hours(1));
    CHECK(configuration.settings.maintenance[0].origin == ScheduleOrigin::local);
    CHECK(configuration.settings.maintenance[1].origin == ScheduleOrigin::goal);
    machine.files.put("/etc/10.json", R"({"maintenanceConfigurations": null})");
    CHECK(machine.load().overridden == std::vector<Overridden>{{"maintenanceConfigurations[m]", "default"}, {"maintenanceConfigurations[n]", "default"}});
}

TEST_CASE("The host's schedules run by its own flag, or beside the machine's own; else nothing does, and that is said", "[config][goal][scheduling]") {
    Machine machine;
    machine.goal(std::string(automatic) + ", " + schedules(schedule("m")));
    const Settings refused = machine.load().settings;
    CHECK(refused.maintenance.empty());
    CHECK_FALSE(refused.off_peak_applies);
    CHECK(refused.schedule_fault.starts_with("prerequisites not met"));
    machine.goal(std::string(bypassing) + ", " + schedules(schedule("m")));
    CHECK(machine.load().settings.maintenance.size() == 1);
    CHECK(machine.load().settings.schedule_fault.empty());
    machine.goal(bypassing);
    CHECK_FALSE(machine.load().settings.off_peak_applies);
    machine.goal(automatic);
    CHECK(machine.load().settings.off_peak_applies);
    machine.goal(std::string(automatic) + ", " + schedules(schedule("m")));
    machine.files.put("/run/x.json", "{" + schedules(schedule("own")) + "}");
    CHECK(machine.load().settings.maintenance.size() == 2);
}

TEST_CASE("A configuration for other machines is none, and remembered by its id", "[config][scope]") {
    Machine machine;
    const std::string elsewhere = R"("filter": {"locations": ["North Europe"]}, )";
    const std::string here = R"("filter": {"osTypes": ["linux"], "locations": ["West Europe"], "tagSettings": {"tags": {"env": ["prod"]}, "filterOperator": "any"}}, )";
    machine.files.put("/etc/x.json", "{" + std::string(automatic) + ", " + schedules(schedule("m", elsewhere) + "," + schedule("n", here)) + "}");
    CHECK(machine.load().settings.out_of_scope == std::vector<std::string>{"m", "n"});
    CHECK(machine.load().settings.off_peak_applies);
    machine.files.put("/state/place.json", R"({"schema": 1, "place": {"region": "westeurope", "tags": [{"name": "env", "value": "prod"}]}})");
    const Configuration configuration = machine.load();
    CHECK(configuration.errors.empty());
    CHECK(configuration.warnings.empty());
    REQUIRE(configuration.settings.maintenance.size() == 1);
    CHECK(configuration.settings.maintenance[0].id == "n");
    CHECK(configuration.settings.out_of_scope == std::vector<std::string>{"m"});
}

TEST_CASE("A goal state that is not sound, or not for this machine, is a warning and changes nothing", "[config][goal]") {
    Machine machine;
    const auto [text, line, key] = GENERATE(table<std::string, std::size_t, std::string>({
        {"{", 1, ""},
        {"{\n\"goalSequence\": -1, " + std::string(automatic) + "}", 2, "goalSequence"},
        {"{\"goalSequence\": 1,\n\"patchSettings\": {\"patchMode\": \"Manual\"}}", 2, "patchSettings.patchMode"},
        {"{\"goalSequence\": 1, \"maintenanceConfigurations\": [{\"id\": \"m\", \"filter\": {\"osTypes\": [\"Windows\"]}, \"properties\": {\"maintenanceWindow\": {"
         "\"startDateTime\": \"2026-11-01 22:30\", \"duration\": \"01:00\",\n\"timeZone\": \"Mars/Base\"}}}]}", 2, "maintenanceConfigurations[0].maintenanceWindow.timeZone"},
    }));
    machine.files.put(goal_file, text);
    const Configuration configuration = machine.load();
    CHECK(configuration.errors.empty());
    CHECK_FALSE(configuration.goal);
    REQUIRE(configuration.warnings.size() == 1);
    CHECK(configuration.warnings.front().file == goal_file.string());
    CHECK(configuration.warnings.front().line == line);
    CHECK(configuration.warnings.front().key == key);
    machine.files.erase(goal_file);
    CHECK(machine.load().settings.patch_mode == configuration.settings.patch_mode);
    machine.files.put(goal_file, "{}");
    machine.files.forbid(goal_file);
    CHECK(machine.load().warnings.size() == 1);
}

TEST_CASE("No goal state changes anything but patch settings and maintenance configurations", "[config][goal]") {
    Dice dice(GENERATE(range(0U, 200U)));
    const std::vector<std::string> values{"true", "false", "null", "7", R"("AutomaticByPlatform")", R"("x")", R"(["x"])", R"([["rm", "-rf"]])",
                                          R"("https://evil")", R"({"url": "https://evil"})", R"([{"id": "m"}])", R"("PT1S")", "[" + schedule("m") + "]"};
    const auto value = [&] { return values[dice.count(values.size() - 1)]; };
    std::string text = R"({"goalSequence": 1)";
    std::set<std::string, std::less<>> used;
    const auto keys = configuration_keys();
    for (std::size_t i = dice.count(12); i > 0; --i) {
        std::string_view key = keys[dice.count(keys.size() - 1)].key;
        const bool dotted = dice.coin();
        const std::string_view top = take_until(key, '.');
        const std::string name = dotted && !key.empty() ? std::string(top) + "." + std::string(key) : std::string(top);
        if (!used.insert(name).second) continue;
        text += ", \"" + name + "\": " + (dotted || key.empty() ? value() : "{\"" + std::string(key) + "\": " + value() + "}");
    }
    Machine machine;
    const Merged before = machine.load().merged;
    machine.files.put(goal_file, text + "}");
    const Configuration after = machine.load();
    CAPTURE(text);
    CHECK(after.errors.empty());
    const bool allowed = text.find("patchSettings") != std::string::npos || text.find("maintenanceConfigurations") != std::string::npos;
    CHECK((after.goal.has_value() || allowed));  // it is taken for sound, and all the same does nothing
    for (const auto& [key, was] : before) {
        if (key.starts_with("patchSettings.") || key == "maintenanceConfigurations") continue;
        const MergedValue& is = after.merged.find(key)->second;
        CHECK(is.file == was.file);
        JsonWriter out;
        const std::string then = out.json(was.value).take();
        CHECK(out.json(is.value).take() == then);
    }
}
