#include "agent/config/load.hpp"
#include "agent/config/schema.hpp"
#include "tests/catch.hpp"
#include "tests/fakes/clocks.hpp"
#include "tests/fakes/files.hpp"
#include "tests/fakes/zones.hpp"

using namespace guestpatch;

namespace {

/// Three folders, as on a real machine.
struct Machine {
    FakeClocks clocks;
    FakeFiles files{clocks};
    FakeTimeZones zones;
    Configuration load(const std::string& os_type = "Linux") {
        return load_configuration(files, zones, {.folders = {"/usr", "/etc", "/run"}, .goal = "/state/goalState.json", .place = "/state/place.json", .os_type = os_type});
    }
};

std::string origin(const Configuration& configuration, const std::string& key) { return configuration.merged.find(key)->second.origin(); }

}  // namespace

TEST_CASE("Nothing configured: every default, no fault", "[config]") {
    Machine machine;
    const Configuration configuration = machine.load();
    CHECK(configuration.errors.empty());
    CHECK(configuration.settings.patch_mode == "ImageDefault");
    CHECK(machine.load("Windows").settings.patch_mode == "AutomaticByOS");
    CHECK(configuration.settings.compliance_max_age == std::chrono::days(30));
    CHECK(configuration.settings.selection.classifications == std::vector{Classification::critical, Classification::security});
}

TEST_CASE("Every default of the table fits its own rule", "[config]") {
    for (const KeyRule& rule : configuration_keys()) {
        CAPTURE(rule.key);
        const auto value = parse_json(rule.fallback, JsonDialect::strict);
        REQUIRE(value);
        CHECK(find_fault(rule, *value).value_or("").empty());
        CHECK(rule.key.find("..") == std::string_view::npos);
    }
}

TEST_CASE("Later folders win, whole files replace files of the same name, the null device masks", "[config]") {
    Machine machine;
    machine.files.put("/usr/90-a.json", R"({"compliance": {"maxAge": "P1D"}, "log": {"level": "debug"}})");
    machine.files.put("/etc/10-b.json", R"({"compliance": {"maxAge": "P2D"}})");
    CHECK(machine.load().settings.compliance_max_age == std::chrono::days(2));
    CHECK(origin(machine.load(), "log.level") == (Path("/usr") / "90-a.json").string() + ":1");
    machine.files.put("/run/90-a.json", "{}");
    CHECK(origin(machine.load(), "log.level") == "default");
    machine.files.put("/run/10-b.json", FileKind::null_device);
    CHECK(machine.load().settings.compliance_max_age == std::chrono::days(30));
}

TEST_CASE("Objects merge, arrays replace, null resets, maintenance configurations merge by id", "[config]") {
    Machine machine;
    machine.files.put("/etc/1.json", R"({"machine": {"tags": {"a": "1", "b": "1"}}, "installPatches": {"patchesToExclude": ["x"]},
        "maintenanceConfigurations": [{"id": "m", "maintenanceScope": "Host"}, {"id": "o", "maintenanceScope": "Host"}],
        "reboot": {"maximumPerRun": 5}})");
    machine.files.put("/etc/2.json", R"({"machine": {"tags": {"b": "2"}}, "installPatches": {"patchesToExclude": ["y", "z=1*"]},
        "maintenanceConfigurations": [{"id": "m", "maintenanceScope": "Resource"}], "reboot": null})");
    const Configuration configuration = machine.load();
    REQUIRE(configuration.errors.empty());
    CHECK(configuration.merged.at("machine.tags").value.find("a")->text == "1");
    CHECK(configuration.merged.at("machine.tags").value.find("b")->text == "2");
    CHECK(configuration.settings.selection.exclude == std::vector{PatchMask{"y"}, PatchMask{"z", "1*"}});
    CHECK(configuration.merged.at("maintenanceConfigurations").value.items.size() == 2);
    CHECK(configuration.merged.at("maintenanceConfigurations").value.items[0].find("maintenanceScope")->text == "Resource");
    CHECK(origin(configuration, "reboot.maximumPerRun") == "default");
}

TEST_CASE("A fault names its file, line, key and what was expected", "[config]") {
    struct Row {
        std::string text;
        std::size_t line;
        std::string key;
        std::string message;
    };
    const auto row = GENERATE(values<Row>({
        {"{\n \"compliance\": {\n  \"maxAge\": \"30 days\"}}", 3, "compliance.maxAge", "\"30 days\" is not an ISO 8601 duration such as PT4H, PT90M or P30D"},
        {"{\"patchSettings\": {\"patchMode\": \"automaticbyplatform\"}}", 1, "patchSettings.patchMode", "did you mean \"AutomaticByPlatform\"?"},
        {"{\"guards\": {\"battery\": \"yes\"}}", 1, "guards.battery", "expected true or false, found \"yes\""},
        {"{\"reboot\": 3}", 1, "reboot", "expected an object, found a number"},
        {"{\"reboot\": {\"maximumPerRun\": -1}}", 1, "reboot.maximumPerRun", "expected a whole number from 0 to 1000, found -1"},
        {"{\"offPeak\": {\"start\": \"24:00\"}}", 1, "offPeak.start", "\"24:00\" is not a time of day such as 22:00"},
        {"{\"installPatches\": {\"patchesToInclude\": [\"ok\", \"\"]}}", 1, "installPatches.patchesToInclude", "[1]: \"\" is not a mask"},
        {"{\"hooks\": {\"preInstall\": [\"rm -rf\"]}}", 1, "hooks.preInstall", "[0]: expected an array of a program and its arguments"},
        {"{\n// a comment\n \"log\": {\"level\": \"loud\",}\n}", 3, "log.level", "expected one of \"debug\", \"info\", \"warning\", \"error\", found \"loud\""},
        {"{\"log\": ", 1, "", ""},
        {"[]", 1, "", "expected an object: { ... }"},
    }));
    CAPTURE(row.text);
    Machine machine;
    machine.files.put("/etc/x.json", row.text);
    const Configuration configuration = machine.load();
    REQUIRE(configuration.errors.size() == 1);
    CAPTURE(configuration.errors.front().message);
    CHECK(configuration.errors.front().file == (Path("/etc") / "x.json").string());
    CHECK(configuration.errors.front().line == row.line);
    CHECK(configuration.errors.front().key == row.key);
    CHECK(configuration.errors.front().message.find(row.message) != std::string::npos);
}

TEST_CASE("A duration has the limits within which it makes sense", "[config]") {
    struct Row {
        std::string_view key;
        const char* fits;
        const char* does_not;
        const char* message;
    };
    const auto row = GENERATE(values<Row>({
        {"assessment.interval", "PT1S", "PT0S", "expected a duration from PT1S to P30D, found \"PT0S\""},
        {"assessment.interval", "P30D", "P31D", "expected a duration from PT1S to P30D, found \"P31D\""},
        {"offPeak.duration", "PT24H", "PT29M", "expected a duration from PT30M to PT24H, found \"PT29M\""},
        {"offPeak.attemptWithin", "PT1H", "PT59M", "expected a duration of PT1H at least, found \"PT59M\""},
        {"installPatches.stopTimeout", "PT0S", "PT2H", "expected a duration of PT1H at most, found \"PT2H\""},
        {"reboot.warning", "PT0S", "P2D", "expected a duration of PT24H at most, found \"P2D\""},
        {"reboot.inhibitorGrace", "PT24H", "PT25H", "expected a duration of PT24H at most, found \"PT25H\""},
        {"hooks.timeout", "PT24H", "PT0S", "expected a duration from PT1S to PT24H, found \"PT0S\""},
        {"compliance.maxAge", "P3650D", "PT0S", "expected a duration of PT1S at least, found \"PT0S\""},
        {"history.keep", "P1D", "PT23H", "expected a duration of P1D at least, found \"PT23H\""},
    }));
    CAPTURE(row.key);
    const KeyRule* rule = find_key(row.key);
    REQUIRE(rule != nullptr);
    CHECK(find_fault(*rule, {.kind = Json::Kind::string, .text = row.fits}).value_or("").empty());
    CHECK(find_fault(*rule, {.kind = Json::Kind::string, .text = row.does_not}) == row.message);
}

TEST_CASE("An unknown key is a warning with a suggestion", "[config]") {
    Machine machine;
    machine.files.put("/etc/x.json", "{\"compliance\": {\n\"maxAg\": \"P1D\"}, \"colour\": 1}");
    const Configuration configuration = machine.load();
    CHECK(configuration.errors.empty());
    REQUIRE(configuration.warnings.size() == 2);
    CHECK(configuration.warnings[0].line == 2);
    CHECK(configuration.warnings[0].message == "unknown key; did you mean \"compliance.maxAge\"?");
    CHECK(configuration.warnings[1].message == "unknown key");
}

TEST_CASE("A patch mode of the other operating system is an error", "[config]") {
    Machine machine;
    machine.files.put("/etc/x.json", R"({"patchSettings": {"patchMode": "Manual"}})");
    CHECK(machine.load("Linux").errors.size() == 1);
    CHECK(machine.load("Windows").errors.empty());
    machine.files.put("/etc/x.json", R"({"patchSettings": {"patchMode": "ImageDefault"}})");
    CHECK(machine.load("Windows").errors.size() == 1);
}

TEST_CASE("A file that cannot be read is an error that names it", "[config]") {
    Machine machine;
    machine.files.put("/etc/x.json", "{}");
    machine.files.forbid("/etc/x.json");
    const Configuration configuration = machine.load();
    REQUIRE(configuration.errors.size() == 1);
    CHECK(configuration.errors.front().file.find("x.json") != std::string::npos);
}
