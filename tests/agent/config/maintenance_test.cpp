#include "agent/config/maintenance.hpp"

#include "agent/config/load.hpp"
#include "tests/catch.hpp"
#include "tests/fakes/clocks.hpp"
#include "tests/fakes/files.hpp"
#include "tests/fakes/zones.hpp"

using namespace guestpatch;
using std::chrono::hours;
using std::chrono::minutes;

namespace {

LocalTime local(const char* text) { return LocalTime(parse_instant(text).value().time_since_epoch()); }

constexpr const char* whole = R"({
  "id": "second-tuesday", "name": "n", "maintenanceScope": "InGuestPatch",
  "extensionProperties": {"InGuestPatchMode": "User"},
  "maintenanceWindow": {"startDateTime": "2026-11-01 22:30", "expirationDateTime": "9999-12-31 23:59:59", "duration": "03:55",
                        "timeZone": "W. Europe Standard Time", "recurEvery": "1Month Second Tuesday Offset4"},
  "installPatches": {"rebootSetting": "AlwaysReboot",
    "linuxParameters": {"packageNameMasksToInclude": ["curl"], "packageNameMasksToExclude": ["postgresql-*", "z=1*"], "classificationsToInclude": ["security", "Other"]},
    "windowsParameters": {"kbNumbersToInclude": ["KB1234567"], "kbNumbersToExclude": ["7654321"], "classificationsToInclude": ["Critical", "updaterollup"],
                          "excludeKbsRequiringReboot": true}}})";

constexpr const char* least = R"({"id": "m", "maintenanceWindow": {"startDateTime": "2026-11-01 22:30", "duration": "02:00", "timeZone": "UTC", "recurEvery": "Day"}})";

MaintenanceReading read(const std::string& text, const char* os_type = "Linux") {
    return read_maintenance(parse_json(text, JsonDialect::strict).value(), os_type);
}

/// `text` with the first `from` in it as `to`.
std::string with(std::string text, const std::string& from, const std::string& to) { return text.replace(text.find(from), from.size(), to); }

struct Machine {
    FakeClocks clocks;
    FakeFiles files{clocks};
    FakeTimeZones zones;

    Machine() {
        for (const char* name : {"Europe/Berlin", "W. Europe Standard Time"}) zones.zones.emplace(name, utc_rules());
    }
    Configuration load(const std::string& text) {
        files.put("/etc/x.json", text);
        return load_configuration(files, zones, {.folders = {"/etc"}, .os_type = "Linux"});
    }
};

}  // namespace

TEST_CASE("A maintenance configuration is read as this system's", "[config][maintenance]") {
    const MaintenanceReading on_linux = read(whole);
    CHECK(on_linux.errors.empty());
    CHECK(on_linux.warnings.empty());
    REQUIRE(on_linux.configuration);
    MaintenanceConfiguration expected{.id = "second-tuesday",
                                      .start = local("2026-11-01T22:30:00Z"),
                                      .expiration = local("9999-12-31T23:59:59Z"),
                                      .duration = hours(3) + minutes(55),
                                      .time_zone = "W. Europe Standard Time",
                                      .recurrence = MonthlyByWeekday{1, 2, std::chrono::Tuesday, 4},
                                      .reboot_setting = RebootSetting::always,
                                      .selection = {.classifications = {Classification::security, Classification::other},
                                                    .include = {{"curl"}},
                                                    .exclude = {{"postgresql-*"}, {"z", "1*"}}}};
    CHECK(*on_linux.configuration == expected);
    const MaintenanceReading on_windows = read(whole, "Windows");
    REQUIRE(on_windows.configuration);
    expected.selection = {.classifications = {Classification::critical}, .include = {{"KB1234567"}}, .exclude = {{"KB7654321"}}};
    expected.exclude_reboot = true;
    CHECK(*on_windows.configuration == expected);
}

TEST_CASE("What is absent is as the service has it: Critical and Security, no end, no setting of its own", "[config][maintenance]") {
    const auto text = GENERATE(as<std::string>(), least, with(least, R"("id")", R"("installPatches": {"linuxParameters": {}}, "id")"),
                               with(least, R"("duration")", R"("expirationDateTime": null, "duration")"));
    const MaintenanceReading reading = read(text);
    REQUIRE(reading.configuration);
    CHECK(reading.configuration->selection == Selection{.classifications = {Classification::critical, Classification::security}});
    CHECK_FALSE(reading.configuration->expiration);
    CHECK_FALSE(reading.configuration->reboot_setting);
    CHECK(read(with(least, R"("id")", R"("installPatches": {"linuxParameters": {"classificationsToInclude": []}}, "id")"))
              .configuration->selection.classifications.empty());
}

TEST_CASE("Each spelling of the reboot setting is known", "[config][maintenance]") {
    const auto [text, setting] = GENERATE(table<const char*, RebootSetting>({{"IfRequired", RebootSetting::if_required},
                                                                            {"RebootIfRequired", RebootSetting::if_required},
                                                                            {"never", RebootSetting::never},
                                                                            {"NeverReboot", RebootSetting::never},
                                                                            {"Always", RebootSetting::always}}));
    CHECK(read(with(whole, "AlwaysReboot", text)).configuration->reboot_setting == setting);
}

TEST_CASE("A wrong value is refused with its place and what was expected", "[config][maintenance]") {
    struct Row {
        const char* from;
        const char* to;
        const char* key;
        const char* message;
    };
    const auto row = GENERATE(values<Row>({
        {R"("id": "second-tuesday", )", "", "id", "missing"},
        {R"("second-tuesday")", R"(" ")", "id", "expected a name"},
        {R"("second-tuesday")", "7", "id", "expected a string, found a number"},
        {R"("InGuestPatch")", R"("InGuestPach")", "maintenanceScope", "did you mean \"InGuestPatch\"?"},
        {R"("User")", R"("Someone")", "extensionProperties.InGuestPatchMode", "expected one of User, Platform"},
        {R"("duration": "03:55",)", "", "maintenanceWindow.duration", "missing"},
        {R"("startDateTime": "2026-11-01 22:30", )", "", "maintenanceWindow.startDateTime", "missing"},
        {R"("03:55")", R"("PT2H")", "maintenanceWindow.duration", "is not a duration from 00:01 to 23:59"},
        {R"("03:55")", R"("00:00")", "maintenanceWindow.duration", "is not a duration"},
        {R"("2026-11-01 22:30")", R"("2026-02-30 22:30")", "maintenanceWindow.startDateTime", "is not a local time such as"},
        {R"("2026-11-01 22:30")", R"("2026-11-01 22:30Z")", "maintenanceWindow.startDateTime", "is not a local time such as"},
        {R"("9999-12-31 23:59:59")", R"("2026-11-01 22:30")", "maintenanceWindow.expirationDateTime", "does not lie after"},
        {R"("W. Europe Standard Time")", R"("")", "maintenanceWindow.timeZone", "expected a name"},
        {"1Month Second", "1Month Fifth", "maintenanceWindow.recurEvery", "expected days of the month"},
        {"1Month Second Tuesday Offset4", "5Hours", "maintenanceWindow.recurEvery", "fewer than 6 hours"},
        {"AlwaysReboot", "Alway", "installPatches.rebootSetting", "did you mean \"Always\"?"},
        {R"(["security", "Other"])", R"(["security", "Tools"])", "installPatches.linuxParameters.classificationsToInclude[1]", "expected one of Critical, Security, Other"},
        {R"(["curl"])", R"(["ok", ""])", "installPatches.linuxParameters.packageNameMasksToInclude[1]", "is not a mask"},
        {R"(["curl"])", R"([1])", "installPatches.linuxParameters.packageNameMasksToInclude[0]", "expected a string"},
        {R"(["KB1234567"])", R"(["KB"])", "installPatches.windowsParameters.kbNumbersToInclude[0]", "is not a KB number"},
        {R"("excludeKbsRequiringReboot": true)", R"("excludeKbsRequiringReboot": "true")", "installPatches.windowsParameters.excludeKbsRequiringReboot",
         "expected true or false"},
    }));
    CAPTURE(row.from, row.to);
    const MaintenanceReading reading = read(with(whole, row.from, row.to));
    CHECK_FALSE(reading.configuration);
    REQUIRE(reading.errors.size() == 1);
    CAPTURE(reading.errors.front().message);
    CHECK(reading.errors.front().key == row.key);
    CHECK(reading.errors.front().message.find(row.message) != std::string::npos);
}

TEST_CASE("An hourly window ends before the next one opens", "[config][maintenance]") {
    CHECK(read(with(with(least, "Day", "6Hours"), "02:00", "06:00")).configuration);
    CHECK_FALSE(read(with(with(least, "Day", "6Hours"), "02:00", "06:01")).configuration);
}

TEST_CASE("Another scope is ignored with a warning, whatever else it holds", "[config][maintenance]") {
    const MaintenanceReading reading = read(R"({"id": "m", "maintenanceScope": "Host", "maintenanceWindow": 7})");
    CHECK_FALSE(reading.configuration);
    CHECK(reading.errors.empty());
    REQUIRE(reading.warnings.size() == 1);
    CHECK(reading.warnings.front().key == "maintenanceScope");
}

TEST_CASE("An unknown member is a warning, with a suggestion", "[config][maintenance]") {
    const MaintenanceReading reading = read(with(whole, R"("name")", R"("nam")"));
    REQUIRE(reading.configuration);
    REQUIRE(reading.warnings.size() == 1);
    CHECK(reading.warnings.front() == PlacedFault{reading.warnings.front().offset, "nam", "unknown key; did you mean \"name\"?"});
}

TEST_CASE("Faults in a file name its line and the place", "[config][maintenance]") {
    Machine machine;
    const Configuration configuration = machine.load("{\"maintenanceConfigurations\": [\n" + std::string(least) + ",\n" +
                                                     with(with(least, "\"m\"", "\"n\""), "\"Day\"", "\n\"Dai\"") + "]}");
    REQUIRE(configuration.errors.size() == 1);
    CHECK(configuration.errors.front().line == 4);
    CHECK(configuration.errors.front().key == "maintenanceConfigurations[1].maintenanceWindow.recurEvery");
    CHECK(machine.load("{\"maintenanceConfigurations\": [" + std::string(least) + "," + least + "]}").errors.front().message == "\"m\" is there twice");
}

TEST_CASE("Settings hold the configurations of all files, the later one of an id", "[config][maintenance]") {
    Machine machine;
    machine.files.put("/etc/a.json", "{\"maintenanceConfigurations\": [" + std::string(least) + "," + whole + "]}");
    const Configuration configuration = machine.load("{\"maintenanceConfigurations\": [" + with(least, "02:00", "01:30") + "]}");
    REQUIRE(configuration.errors.empty());
    REQUIRE(configuration.settings.maintenance.size() == 2);
    CHECK(configuration.settings.maintenance[0].duration == minutes(90));
    CHECK(configuration.settings.maintenance[1].id == "second-tuesday");
}

TEST_CASE("The off-peak hours are read, and have limits", "[config][maintenance]") {
    Machine machine;
    const Configuration configuration = machine.load(R"({"offPeak": {"start": "01:15", "duration": "PT24H", "days": ["Sunday"], "timeZone": "Europe/Berlin"}})");
    REQUIRE(configuration.errors.empty());
    CHECK(configuration.settings.off_peak.start == minutes(75));
    CHECK(configuration.settings.off_peak.days == std::vector{std::chrono::Sunday});
    CHECK(machine.load(R"({"offPeak": {"duration": "PT29M"}})").errors.size() == 1);
    CHECK(machine.load(R"({"offPeak": {"duration": "PT24H1S"}})").errors.front().message ==
          "expected a duration from PT30M to PT24H, found \"PT24H1S\"");
    CHECK(machine.load(R"({"offPeak": {"timeZone": ""}})").errors.size() == 1);
}
