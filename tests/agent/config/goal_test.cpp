#include "agent/config/goal.hpp"

#include <fmt/format.h>

#include <fstream>
#include <sstream>

#include "agent/config/patch_parameters.hpp"
#include "tests/catch.hpp"

using namespace guestpatch;

namespace {

constexpr const char* id = "f1d0a5b2-7f3a-45a1-8a40-2f4f0f6d2c9e";

constexpr const char* whole = R"({"goalSequence": 42,
 "patchSettings": {"patchMode": "AutomaticByPlatform", "automaticByPlatformSettings": {"rebootSetting": "Never"}},
 "maintenanceConfigurations": [{"id": "mc-wave1", "properties": {"maintenanceWindow": {
   "startDateTime": "2026-10-17 22:00", "duration": "03:00", "timeZone": "UTC", "recurEvery": "Day"}}}],
 "operations": [{"activityId": "F1D0A5B2-7f3a-45a1-8a40-2f4f0f6d2c9e", "sequenceNumber": 17, "operation": "installation",
   "startTime": "2026-11-11T02:00:00Z", "notAfter": "2026-11-11T06:00:00Z",
   "parameters": {"maximumDuration": "PT2H", "rebootSetting": "Always", "linuxParameters": {
     "classificationsToInclude": ["Security"], "packageNameMasksToInclude": ["curl*", "tzdata_2026a*"],
     "packageNameMasksToExclude": ["linux-image-*"], "maintenanceRunId": "run 7"},
    "windowsParameters": {"classificationsToInclude": ["Critical", "Tools"], "kbNumbersToInclude": ["5099001"],
     "kbNumbersToExclude": ["KB5088777"], "excludeKbsRequiringReboot": true, "maxPatchPublishDate": "2026-11-12T00:00:00Z"}}},
  {"activityId": "00000000-0000-0000-0000-000000000001", "operation": "Assessment"},
  {"activityId": "00000000-0000-0000-0000-000000000002", "operation": "ConfigurePatching"},
  {"activityId": "00000000-0000-0000-0000-000000000003", "operation": "Dance"}],
 "reporting": {"intervalSeconds": 60, "eventsEnabled": false}})";

Instant at(const char* text) { return parse_instant(text).value(); }
GoalReading read(const std::string& text, const char* os_type = "Linux") { return read_goal_state("goal.json", text, os_type); }
std::string with(std::string text, const std::string& from, const std::string& to) { return text.replace(text.find(from), from.size(), to); }

/// A goal state with one installation of these parameters.
GoalOperation installation(const std::string& parameters, const char* os_type = "Linux") {
    const GoalReading reading = read(fmt::format(R"({{"goalSequence": 1, "operations": [{{"activityId": "{}", "operation": "Installation",
        "parameters": {}}}]}})", id, parameters), os_type);
    REQUIRE(reading.errors.empty());
    REQUIRE(reading.goal.operations.size() == 1);
    return reading.goal.operations.front();
}

}  // namespace

TEST_CASE("A goal state is read as this system's", "[config][goal]") {
    const GoalReading reading = read(whole);
    CHECK(reading.errors.empty());
    CHECK(reading.warnings.empty());
    GoalOperation expected{.activity_id = id,
                           .kind = GoalKind::installation,
                           .name = "installation",
                           .sequence = 17,
                           .start = at("2026-11-11T02:00:00Z"),
                           .not_after = at("2026-11-11T06:00:00Z"),
                           .request = {.selection = {.classifications = {Classification::security},
                                                     .include = {{"curl*"}, {"tzdata_2026a*"}, {"tzdata", "2026a*"}},
                                                     .exclude = {{"linux-image-*"}}}},
                           .maximum_duration = std::chrono::hours(2),
                           .reboot_setting = RebootSetting::always,
                           .maintenance_run_id = "run 7"};
    REQUIRE(reading.goal.operations.size() == 4);
    CHECK(reading.goal.operations[0] == expected);
    CHECK(reading.goal.sequence == 42);
    CHECK(reading.goal.interval == seconds(60));
    CHECK_FALSE(reading.goal.events);
    expected.request = {.selection = {.classifications = {Classification::critical},
                                      .include = {{"KB5099001"}},
                                      .exclude = {{"KB5088777"}},
                                      .max_publish_date = at("2026-11-12T00:00:00Z")},
                        .exclude_reboot = true};
    expected.maintenance_run_id = "";
    CHECK(read(whole, "Windows").goal.operations[0] == expected);
}

TEST_CASE("The published example is sound", "[config][goal]") {
    std::ifstream file(std::string(GUESTPATCH_TESTS) + "/../docs/wire/goal-state.example.json", std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    const GoalReading reading = read(text.str());
    CHECK(reading.errors.empty());
    CHECK(reading.warnings.empty());
    REQUIRE(reading.goal.operations.size() == 1);
    CHECK(reading.goal.operations[0].fault.empty());
}

TEST_CASE("A word nobody knows is kept as such, no fault of the goal state", "[config][goal]") {
    const auto operations = read(whole).goal.operations;
    CHECK(operations[1].kind == GoalKind::assessment);
    CHECK(operations[2].kind == GoalKind::configure_patching);
    CHECK(operations[3].kind == GoalKind::unknown);
    CHECK(operations[3].name == "Dance");
    for (const GoalOperation& operation : operations) CHECK(operation.fault.empty());
}

TEST_CASE("A goal state may be next to nothing, and null is absent", "[config][goal]") {
    const GoalReading reading = read(R"({"goalSequence": 4611686018427387904, "operations": null, "reporting": null, "patchSettings": null,
        "news": {"of": "tomorrow"}})");
    CHECK(reading.errors.empty());
    CHECK(reading.warnings.empty());
    CHECK(reading.goal == GoalState{.sequence = 4611686018427387904ULL});
    CHECK(reading.settings.root.members.empty());
}

TEST_CASE("What makes a goal state unusable is an error with member and line", "[config][goal]") {
    struct Row {
        const char* from;
        const char* to;
        std::size_t line;
        const char* key;
        const char* message;
    };
    const auto row = GENERATE(values<Row>({
        {R"("goalSequence": 42,)", "", 1, "goalSequence", "missing"},
        {"42", "-1", 1, "goalSequence", "expected a whole number"},
        {"42", "1.5", 1, "goalSequence", "found 1.5"},
        {"42", "4611686018427387905", 1, "goalSequence", "expected a whole number"},
        {"42", R"("42")", 1, "goalSequence", "expected a number, found a string"},
        {R"("AutomaticByPlatform")", R"("Yolo")", 2, "patchSettings.patchMode", "expected one of"},
        {R"({"rebootSetting": "Never"})", "7", 2, "patchSettings.automaticByPlatformSettings", "expected an object"},
        {R"("rebootSetting": "Never")", R"("bypassPlatformSafetyChecksOnUserSchedule": "yes")", 2,
         "patchSettings.automaticByPlatformSettings.bypassPlatformSafetyChecksOnUserSchedule", "expected true or false"},
        {R"("id": "mc-wave1", )", "", 3, "maintenanceConfigurations[0].id", "missing"},
        {"mc-wave1", "a\\nb", 3, "maintenanceConfigurations[0].id", "without control characters"},
        {R"("duration": "03:00")", R"("duration": "3h")", 4, "maintenanceConfigurations[0].maintenanceWindow.duration", "is not a duration"},
        {R"("F1D0A5B2-7f3a-45a1-8a40-2f4f0f6d2c9e")", R"("../../etc/passwd")", 5, "operations[0].activityId", "expected a GUID"},
        {"F1D0A5B2-7f3a", "F1D0A5B2_7f3a", 5, "operations[0].activityId", "expected a GUID"},
        {"000000000001", "00000000000g", 12, "operations[1].activityId", "expected a GUID"},
        {"000000000001", "000000000002", 13, "operations[2].activityId", "is there twice"},
        {R"("operation": "Assessment")", R"("operation": 7)", 12, "operations[1].operation", "expected a string"},
        {R"(, "operation": "Assessment")", "", 12, "operations[1].operation", "missing"},
        {R"("Dance")", "\"a\\u0000\"", 14, "operations[3].operation", "without control characters"},
        {": 60", ": 29", 15, "reporting.intervalSeconds", "from 30 to 86400, found 29"},
        {": 60", ": 86401", 15, "reporting.intervalSeconds", "from 30 to 86400"},
        {"false", R"("no")", 15, "reporting.eventsEnabled", "expected true or false"},
    }));
    CAPTURE(row.from, row.to);
    const GoalReading reading = read(with(whole, row.from, row.to));
    REQUIRE(reading.errors.size() == 1);
    CAPTURE(reading.errors.front().message);
    CHECK(reading.errors.front().file == "goal.json");
    CHECK(reading.errors.front().line == row.line);
    CHECK(reading.errors.front().key == row.key);
    CHECK(reading.errors.front().message.find(row.message) != std::string::npos);
}

TEST_CASE("What is no goal state at all is refused whole", "[config][goal]") {
    for (const char* text : {"", "[]", "7", "{", "// comment\n{\"goalSequence\": 1}", R"({"goalSequence": 1, "goalSequence": 2})"}) {
        CAPTURE(text);
        CHECK(read(text).errors.size() == 1);
    }
    CHECK(read(std::string(100000, '[')).errors.size() == 1);
    CHECK(read(R"({"goalSequence": 1, "x": ")" + std::string(1024UL * 1024, 'x') + "\"}").errors.front().message == "larger than 1048576 bytes");
    CHECK_FALSE(read(R"({"goalSequence": 1, "operations": [7]})").errors.empty());
    std::string many;
    for (int i = 0; i < 101; ++i) many += fmt::format(R"({}{{"activityId": "00000000-0000-0000-0000-{:012}", "operation": "Assessment"}})", i == 0 ? "" : ",", i);
    CHECK(read(R"({"goalSequence": 1, "operations": [)" + many + "]}").errors.front().message == "expected 100 at most, found 101");
    CHECK_FALSE(read(R"({"goalSequence": 1, "maintenanceConfigurations": [)" + many + "]}").errors.empty());
}

TEST_CASE("What an installation cannot have is its own fault, named, and the rest of the goal state stands", "[config][goal]") {
    struct Row {
        const char* from;
        const char* to;
        const char* fault;
    };
    const auto row = GENERATE(values<Row>({
        {"PT2H", "2h", "parameters.maximumDuration: \"2h\" is not an ISO 8601 duration"},
        {"PT2H", "PT0S", "parameters.maximumDuration: expected some time"},
        {R"("maximumDuration": "PT2H", )", "", "parameters.maximumDuration: missing"},
        {R"("Always")", R"("Sometimes")", "parameters.rebootSetting: expected one of"},
        {R"("parameters": {)", R"("parametres": {)", "parameters: missing"},
        {R"("linuxParameters": {)", R"("linuxParametres": {)", "parameters.linuxParameters: missing"},
        {R"(["Security"])", R"(["Tools"])", "parameters.linuxParameters.classificationsToInclude[0]: expected one of Critical, Security, Other"},
        {R"("curl*")", R"("rm -rf")", "parameters.linuxParameters.packageNameMasksToInclude[0]: \"rm -rf\" is not a mask"},
        {R"("run 7")", "\"a\\nb\"", "parameters.linuxParameters.maintenanceRunId: expected a name"},
        {"2026-11-11T02", "11.11.2026T02", "startTime: "},
        {"2026-11-11T06", "2026-11-11T01", "notAfter: does not lie after startTime"},
        {": 17", ": -17", "sequenceNumber: expected a whole number"},
    }));
    CAPTURE(row.from, row.to);
    const GoalReading reading = read(with(whole, row.from, row.to));
    CHECK(reading.errors.empty());
    REQUIRE(reading.goal.operations.size() == 4);
    CAPTURE(reading.goal.operations[0].fault);
    CHECK(reading.goal.operations[0].fault.starts_with(row.fault));
    CHECK(reading.goal.operations[0].activity_id == id);
    for (std::size_t i = 1; i < 4; ++i) CHECK(reading.goal.operations[i].fault.empty());
}

TEST_CASE("An installation says what it wants: a class or a name", "[config][goal]") {
    CHECK(installation(R"({"maximumDuration": "PT1H", "linuxParameters": {}})").fault.find("found neither") != std::string::npos);
    CHECK(installation(R"({"maximumDuration": "PT1H", "linuxParameters": {"packageNameMasksToExclude": ["x"]}})").fault.find("found neither") != std::string::npos);
    const GoalOperation named = installation(R"({"maximumDuration": "PT1H", "rebootSetting": "Unknown", "linuxParameters": {"packageNameMasksToInclude": ["x"]}})");
    CHECK(named.fault.empty());
    CHECK(named.request.selection == Selection{.include = {{"x"}}});
    CHECK_FALSE(named.reboot_setting);
    const GoalOperation tools = installation(R"({"maximumDuration": "PT1H", "windowsParameters": {"classificationsToInclude": ["Tools"]}})", "Windows");
    CHECK(tools.fault.empty());
    CHECK(tools.request.selection == Selection());
    CHECK(installation(R"({"maximumDuration": "PT1H", "windowsParameters": {"classificationsToInclude": ["Tools"], "patchNameMasksToExclude": ["x"]}})", "Windows")
              .fault.find("cannot be honoured") != std::string::npos);
}

TEST_CASE("A mask of a document is a whole name first, then a name and a version", "[config][goal]") {
    CHECK(parse_package_mask("curl").value() == std::vector<PatchMask>{{"curl"}});
    CHECK(parse_package_mask("curl=7*").value() == std::vector<PatchMask>{{"curl", "7*"}});
    CHECK(parse_package_mask("a_b=7_1").value() == std::vector<PatchMask>{{"a_b", "7_1"}});
    CHECK(parse_package_mask("a_b_1").value() == std::vector<PatchMask>{{"a_b_1"}, {"a", "b_1"}, {"a_b", "1"}});
    CHECK(parse_package_mask("_a").value() == std::vector<PatchMask>{{"_a"}});
    CHECK(parse_package_mask("a_").value() == std::vector<PatchMask>{{"a_"}});
    CHECK(parse_package_mask(std::string(256, 'a')));
    CHECK_FALSE(parse_package_mask(std::string(257, 'a')));
}

TEST_CASE("What a goal state may never carry is ignored, and said", "[config][goal]") {
    const auto text = GENERATE(as<std::string>(), with(whole, R"("reporting")", R"("hooks": {"preInstall": [["rm"]]}, "reporting")"),
                               with(whole, R"("reporting")", R"("packageManager": {}, "reporting")"),
                               with(whole, R"("reporting")", R"("host": {"url": "https://evil"}, "reporting")"),
                               with(whole, R"("reporting")", R"("host.url": "https://evil", "reporting")"),
                               with(whole, R"("intervalSeconds")", R"("bearerToken": "x", "intervalSeconds")"),
                               with(whole, R"("patchMode")", R"("installCommand": ["rm"], "patchMode")"),
                               with(whole, R"("rebootSetting")", R"("rebootScript": "rm", "rebootSetting")"),
                               with(whole, R"("sequenceNumber")", R"("Hooks": [], "sequenceNumber")"),
                               with(whole, R"("maximumDuration")", R"("packageSources": [], "maximumDuration")"),
                               with(whole, R"("packageNameMasksToExclude")", R"("repositoryUrl": "x", "packageNameMasksToExclude")"),
                               with(whole, R"("maintenanceWindow")", R"("command": "x", "maintenanceWindow")"));
    const GoalReading reading = read(text);
    CHECK(reading.errors.empty());
    CHECK(reading.warnings.size() == 1);
    CHECK(reading.goal == read(whole).goal);
}

TEST_CASE("Hostile abundance costs little and says a little", "[config][goal]") {
    std::string text = R"({"goalSequence": 1, "maintenanceConfigurations": [)";
    for (int i = 0; i < 100; ++i) {
        text += fmt::format(R"({}{{"id": "{}", "installPatches": {{"linuxParameters": {{"classificationsToInclude": [)", i == 0 ? "" : ",", i);
        for (int word = 0; word < 900; ++word) text += word == 0 ? R"("x")" : R"(,"x")";
        text += "]}}}";
    }
    const GoalReading reading = read(text + "]}");
    CHECK_FALSE(reading.errors.empty());
    CHECK(reading.errors.size() <= 2000);
    std::string members = R"({"goalSequence": 1)";
    for (int i = 0; i < 5000; ++i) members += fmt::format(R"(, "command{}": 1)", i);
    CHECK(read(members + "}").warnings.size() <= 50);
    const std::string endless = "\\n" + std::string(500000, 'x');
    const GoalReading word = read(R"({"goalSequence": 1, "patchSettings": {"patchMode": ")" + endless + R"("}, "command)" + endless + R"(": 1})");
    REQUIRE(word.errors.size() == 1);
    REQUIRE(word.warnings.size() == 1);
    CHECK((word.errors[0].message.size() < 400 && word.errors[0].message.find('\n') == std::string::npos));
    CHECK((word.warnings[0].key.size() < 400 && word.warnings[0].key.find('\n') == std::string::npos));
}
