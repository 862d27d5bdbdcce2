#include <functional>

#include "agent/domain/patch_status.hpp"
#include "agent/wire/assessment_result.hpp"
#include "agent/wire/attempts.hpp"
#include "agent/wire/enums.hpp"
#include "agent/wire/experience.hpp"
#include "agent/wire/first_seen.hpp"
#include "agent/wire/installation_result.hpp"
#include "agent/wire/journal.hpp"
#include "agent/wire/patch_status.hpp"
#include "agent/wire/progress.hpp"
#include "agent/wire/running.hpp"
#include "agent/wire/timetable.hpp"
#include "platform/base/json.hpp"
#include "tests/agent/generated.hpp"
#include "tests/catch.hpp"

using namespace guestpatch;

namespace {

/// The document with one member taken out, wherever it stands first.
std::string without(const std::string& text, const std::string& name) {
    const std::function<void(Json&)> remove = [&](Json& json) {
        std::erase_if(json.members, [&](const JsonMember& member) { return member.name == name; });
        for (JsonMember& member : json.members) remove(member.value);
        for (Json& item : json.items) remove(item);
    };
    Json json = *parse_json(text, JsonDialect::strict);
    remove(json);
    JsonWriter out;
    out.json(json);
    return out.take();
}

}  // namespace

TEST_CASE("An assessment survives its own encoding", "[wire]") {
    const unsigned seed = GENERATE(range(0U, 40U));
    CAPTURE(seed);
    const Assessment assessment = generated_assessment(seed, 7);
    const auto decoded = decode_assessment(encode(assessment));
    REQUIRE(decoded);
    CHECK(*decoded == assessment);
}

TEST_CASE("An installation survives its own encoding", "[wire]") {
    const unsigned seed = GENERATE(range(0U, 40U));
    CAPTURE(seed);
    const Installation installation = generated_installation(seed, 7);
    const auto decoded = decode_installation(encode(installation));
    REQUIRE(decoded);
    CHECK(*decoded == installation);
}

TEST_CASE("Each required member of an installation is missed by name", "[wire]") {
    const std::string text = encode(generated_installation(2, 1));
    const std::string name = GENERATE(as<std::string>(), "status", "installationActivityId", "rebootStatus", "startDateTime", "name", "version",
                                      "installationState", "startedBy", "duration", "rebootSetting", "lastModifiedDateTime");
    CAPTURE(name);
    const auto decoded = decode_installation(without(text, name));
    REQUIRE_FALSE(decoded);
    CHECK(decoded.error().message.find(name) != std::string::npos);
}

TEST_CASE("Every state of the machine survives the journal", "[wire]") {
    const unsigned seed = GENERATE(range(0U, 60U));
    CAPTURE(seed);
    const State state = generated_state(seed);
    const auto decoded = decode_journal(encode(state));
    REQUIRE(decoded);
    CHECK(*decoded == state);
}

TEST_CASE("A journal that is none is refused, and where", "[wire]") {
    CHECK(decode_journal(R"({"schema": 2, "state": "Idle"})").error().message == "schema: written by a newer guestpatch");
    CHECK(decode_journal(R"({"schema": 1, "state": "Dancing", "run": {}})").error().message.starts_with("run.activityId"));
    const std::string text = encode(generated_state(1));
    for (const std::string name : {"state", "run", "activityId", "closes", "rebootSetting", "bootMilliseconds"}) {
        CAPTURE(name);
        CHECK_FALSE(decode_journal(without(text, name)));
    }
}

TEST_CASE("The bytes of a journal are what the next version will find", "[wire]") {
    const Instant start = *parse_instant("2026-11-10T23:02:11Z");
    const Run run{.activity_id = "a-1",
                  .started_by = StartedBy::platform,
                  .maintenance_run_id = "20261110220000",
                  .began = {start, BootTime(milliseconds(1500)), "b-1"},
                  .request = {.selection = {.classifications = {Classification::security}}},
                  .window = {start, start + std::chrono::hours(4)},
                  .reboot_reserve = std::chrono::minutes(23),
                  .reboot_warning = std::chrono::minutes(3),
                  .reboots_left = 2,
                  .interruptions = 1,
                  .prepared = true};
    const std::string of_run =
        R"("run":{"activityId":"a-1","startedBy":"Platform","unattended":false,"maintenanceRunId":"20261110220000","began":{"wall":"2026-11-10T23:02:11Z",)"
        R"("bootMilliseconds":1500,"bootId":"b-1"},"request":{"classifications":["Security"],"include":[],"exclude":[],"excludeReboot":false},)"
        R"("opens":"2026-11-10T23:02:11Z","closes":"2026-11-11T03:02:11Z","rebootSetting":"IfRequired","rebootReserve":"PT23M",)"
        R"("rebootWarning":"PT3M","rebootsLeft":2,"interrupted":false,"interruptions":1,"prepared":true})";
    CHECK(encode(State(Assessing{run, true, "j-1"})) == R"({"schema":1,"state":"Assessing",)" + of_run + R"(,"repaired":true,"job":"j-1"})");
    CHECK(encode(State(Installing{run, Stage::following_up, "j-2", {"j-1"}, {}})) ==
          R"({"schema":1,"state":"Installing",)" + of_run + R"(,"stage":"FollowingUp","job":"j-2","leftovers":["j-1"],"failures":[]})");
    CHECK(encode(State(Verifying{run, RebootStatus::completed, "kernel", {}, Ending::greeting})) ==
          R"({"schema":1,"state":"Verifying",)" + of_run + R"(,"reboot":"Completed","reason":"kernel","failures":[],"ending":"Greeting"})");
}

TEST_CASE("A journal of the version before is read", "[wire]") {
    const std::string text = without(without(without(encode(generated_state(5)), "interruptions"), "prepared"), "ending");
    const auto decoded = decode_journal(text);
    REQUIRE(decoded);
    CHECK(std::get<Verifying>(*decoded).ending == Ending::concluding);
    CHECK(run_of(*decoded)->interruptions == 0);
}

TEST_CASE("Progress survives its own encoding", "[wire]") {
    const OperationProgress whole{"a", "unpacking", 40, "curl", Instant(seconds(1'700'000'000))};
    CHECK(*decode_progress(encode(whole)) == whole);
    const OperationProgress least{.activity_id = "a"};
    CHECK(*decode_progress(encode(least)) == least);
}

TEST_CASE("A failed assessment keeps why it failed", "[wire]") {
    Assessment failed = generated_assessment(1, 0);
    failed.status = OperationStatus::failed;
    failed.failure = interruption();
    CHECK(decode_assessment(encode(failed))->failure == interruption());
}

TEST_CASE("Each required member is missed by name", "[wire]") {
    const std::string text = encode(generated_assessment(2, 1));
    const std::string name = GENERATE(as<std::string>(), "status", "assessmentActivityId", "startDateTime", "name", "version", "classifications",
                                      "startedBy", "duration", "state", "lastModifiedDateTime");
    CAPTURE(name);
    const auto decoded = decode_assessment(without(text, name));
    REQUIRE_FALSE(decoded);
    CHECK(decoded.error().message.find(name) != std::string::npos);
}

TEST_CASE("Wrong values name their place", "[wire]") {
    std::string text = encode(generated_assessment(3, 2));
    const std::size_t at = text.find("\"version\":", text.find("\"version\":") + 1);
    text.replace(at, 10, "\"version\":3,\"x\":");
    CHECK(decode_assessment(text).error().message == "availablePatches[1].version: expected a string, found a number");
    CHECK_FALSE(decode_assessment("[]"));
    CHECK_FALSE(decode_assessment(""));
    CHECK_FALSE(decode_assessment("{\"status\": \"Splendid\"}"));
}

TEST_CASE("Patch status, ledger and lock text survive their own encoding", "[wire]") {
    const Assessment assessment = generated_assessment(4, 5);
    const PatchStatus status{summarize(assessment), summarize(generated_installation(5, 5)), assessment.compliance};
    CHECK(*decode_patch_status(encode(status)) == status);
    CHECK(*decode_patch_status(encode(PatchStatus())) == PatchStatus());
    CHECK_FALSE(decode_patch_status("{}"));

    const std::vector<FirstSeen> ledger{{"curl", Classification::security, "http://x s", assessment.started}, {"b", Classification::other, "", assessment.modified}};
    CHECK(*decode_first_seen(encode(ledger)) == ledger);
    CHECK(decode_first_seen(R"({"schema": 2, "patches": []})").error().message == "schema: written by a newer guestpatch");

    Timetable timetable{.tried = assessment.started,
                        .failures = 2,
                        .attempted = assessment.modified,
                        .judged = assessment.started,
                        .windows = {{{assessment.started, assessment.modified}, "offPeak", WindowOutcome::blind}},
                        .rollout = Rollout{std::chrono::year(2026) / 11, true}};
    CHECK(*decode_timetable(encode(timetable)) == timetable);
    CHECK(*decode_timetable(encode(Timetable())) == Timetable());
    CHECK(decode_timetable(R"({"schema": 2})").error().message == "schema: written by a newer guestpatch");
    CHECK(decode_timetable(R"({"schema": 1, "rollout": {"month": "2026-13"}})").error().message ==
          "rollout.month: \"2026-13\" is not a month such as 2026-11");

    const Attempts attempts{.patches = {{{"curl", "7.1"}, "amd64", 2, assessment.started, "a-b"}, {{"b", "1"}, "", 1, assessment.modified, ""}},
                            .reboot = FruitlessReboot{{"kernel"}, assessment.started}};
    CHECK(*decode_attempts(encode(attempts)) == attempts);
    CHECK(*decode_attempts(encode(Attempts())) == Attempts());
    CHECK(decode_attempts(R"({"schema": 2, "patches": []})").error().message == "schema: written by a newer guestpatch");

    const Experience experience{.packages = {{"curl", {milliseconds(1200), milliseconds(0), assessment.started}},
                                             {"libc6", {milliseconds(9000), milliseconds(7), assessment.modified}}},
                                .batch = Past{milliseconds(5000), milliseconds(6000), assessment.started},
                                .download = Past{milliseconds(80), milliseconds(0), assessment.started}};
    CHECK(*decode_experience(encode(experience)) == experience);
    CHECK(*decode_experience(encode(Experience())) == Experience());
    CHECK(decode_experience(R"({"schema": 2, "packages": []})").error().message == "schema: written by a newer guestpatch");
    CHECK(decode_experience(R"({"schema": 1, "batch": {"lastMilliseconds": -5, "learned": "2026-11-10T00:00:00Z"}})")->batch->last == milliseconds(0));

    const RunningOperation running{"Assessment", "a-b", 42, assessment.started};
    CHECK(*decode_running(encode(running)) == running);
}

TEST_CASE("Every enumerator has one spelling and reads back, in any case", "[wire]") {
    const auto walk = []<class Enum>(Enum last) {
        for (int i = 0; i <= static_cast<int>(last); ++i) {
            const auto value = static_cast<Enum>(i);
            CHECK(from_wire<Enum>(to_wire(value)) == value);
        }
    };
    walk(Classification::other);
    walk(Severity::unspecified);
    walk(RebootBehavior::can_request_reboot);
    walk(HeldBack::would_remove);
    walk(Reason::not_admitted);
    walk(BlindSpotCode::os_end_of_support);
    walk(OperationStatus::completed_with_warnings);
    walk(StartedBy::platform);
    walk(ComplianceState::unknown);
    walk(InstallationState::pending);
    walk(RebootSetting::always);
    walk(RebootStatus::completed);
    walk(RequestState::declined);
    walk(AdmissionFor::reboot);
    walk(Stage::judging_reboot);
    walk(Ending::telling);
    walk(Hook::on_result);
    walk(HookEnd::not_started);
    walk(EstimateSource::mixed);
    walk(WindowOutcome::busy);
    CHECK(from_wire<Classification>("CRITICAL") == Classification::critical);
    CHECK_FALSE(from_wire<Classification>("Splendid"));
}

TEST_CASE("The bytes of an assessment are what hosts were promised", "[wire]") {
    Assessment assessment{.activity_id = "6a3f0f0e-52a1-4c7b-9d5e-0b6f2f5f9a11", .status = OperationStatus::succeeded,
                          .started = *parse_instant("2026-11-10T23:02:11Z"), .modified = *parse_instant("2026-11-10T23:02:58Z"),
                          .duration = seconds(47), .on = {"apt", "APT", "Linux", "Debian", "12"}, .metadata_age = seconds(0),
                          .compliance = {ComplianceState::compliant, *parse_instant("2026-11-01T00:00:00Z"), {}}};
    assessment.patches = {{.id = {"openssl", "3.0.15-1~deb12u2"}, .architecture = "amd64", .installed_version = "3.0.15-1~deb12u1",
                           .classification = Classification::security, .reboot = RebootBehavior::can_request_reboot,
                           .source = "http://x bookworm-security", .download_bytes = 1234, .first_seen = assessment.started}};
    CHECK(encode(assessment) ==
          R"({"status":"Succeeded","assessmentActivityId":"6a3f0f0e-52a1-4c7b-9d5e-0b6f2f5f9a11","rebootPending":false,)"
          R"("criticalAndSecurityPatchCount":1,"otherPatchCount":0,"startDateTime":"2026-11-10T23:02:11Z","availablePatches":[)"
          R"({"patchId":"openssl_3.0.15-1~deb12u2_Debian_12","name":"openssl","version":"3.0.15-1~deb12u2","classifications":["Security"],)"
          R"("rebootBehavior":"CanRequestReboot","activityId":"6a3f0f0e-52a1-4c7b-9d5e-0b6f2f5f9a11","lastModifiedDateTime":"2026-11-10T23:02:58Z",)"
          R"("assessmentState":"Available","guestpatch":{"installedVersion":"3.0.15-1~deb12u1","architecture":"amd64","severity":"Unspecified",)"
          R"("source":"http://x bookworm-security","downloadBytes":1234,"firstSeen":"2026-11-10T23:02:11Z"}}],)"
          R"("error":{"code":"0","message":"0 errors reported.","details":[]},"guestpatch":{"packageManager":"apt","patchServiceUsed":"APT",)"
          R"("osType":"Linux","osName":"Debian","osVersion":"12","startedBy":"User","lastModifiedDateTime":"2026-11-10T23:02:58Z","duration":"PT47S",)"
          R"("metadataAge":"PT0S","availablePatchCountByClassification":{"critical":0,"security":1,"other":0},)"
          R"("availablePatchCountBySeverity":{"critical":0,"important":0,"moderate":0,"low":0,"unspecified":1},"oldestPending":"2026-11-10T23:02:11Z",)"
          R"("compliance":{"state":"Compliant","since":"2026-11-01T00:00:00Z","reasons":[]},"rebootPending":{"required":false,"reasons":[]},)"
          R"("blindSpots":[],"notes":[]}})");
}
