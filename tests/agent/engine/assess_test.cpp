#include "agent/engine/assess.hpp"

#include "agent/wire/assessment_result.hpp"
#include "agent/wire/patch_status.hpp"
#include "tests/catch.hpp"
#include "tests/fakes/machine.hpp"
#include "tests/fakes/package_manager.hpp"

using namespace guestpatch;
using std::chrono::days;

namespace {

/// A machine with one Security patch pending, and its state folder.
struct World : FakeMachine {
    World() {
        auto fake = std::make_unique<FakePackageManager>();
        manager = fake.get();
        detected = {"apt", "APT", PublishCeiling::refused, std::move(fake)};
        manager->sight = Sight{.patches = {{.id = {"curl", "7.1"}, .installed_version = "7.0", .classification = Classification::security, .source = "http://x s"}},
                               .metadata_time = clocks.wall()};
        settings.compliance_max_age = days(30);
        settings.history_keep = days(400);
        settings.selection.classifications = {Classification::critical, Classification::security};
    }

    AssessOutcome assess(const std::string& id, bool refresh = true, bool record = true) {
        StateFolder state = folder();
        if (record) (void)state.finish_interrupted(clocks.wall());
        Context context{{}, stop.get_token(), progress};
        return guestpatch::assess(seams, detected, settings, state, {id, StartedBy::user, refresh, record, settings.selection}, context);
    }
    StateFolder folder() { return {seams, "/state", "/run/state"}; }
    PatchStatus status() { return folder().patch_status(); }

    FakeProgress progress;
    std::stop_source stop;
    FakePackageManager* manager = nullptr;
    Detected detected;
    Settings settings;
};

}  // namespace

TEST_CASE("An assessment leaves a status, a result and a ledger that agree", "[assess]") {
    World machine;
    const AssessOutcome outcome = machine.assess("a1");
    CHECK(outcome.assessment.status == OperationStatus::succeeded);
    CHECK(outcome.assessment.metadata_age == seconds(0));
    CHECK(outcome.assessment.compliance.state == ComplianceState::compliant);
    CHECK(machine.status().available == summarize(outcome.assessment));
    CHECK(machine.folder().assessment("a1") == outcome.assessment);
    CHECK(machine.folder().first_seen().size() == 1);
    CHECK(machine.files.readers("/state/patchStatus.json") == Readers::everyone);
    CHECK(machine.manager->calls == std::vector<std::string>{"refresh", "pending", "reboot_need"});
}

TEST_CASE("Nothing is recorded for somebody who may not", "[assess]") {
    World machine;
    const int before = machine.files.durable_writes();
    CHECK(machine.assess("a1", false, false).assessment.patches.size() == 1);
    CHECK(machine.files.durable_writes() == before);
}

TEST_CASE("A blind spot always warns, and one on a security source makes the verdict unknown", "[assess]") {
    World machine;
    machine.manager->refreshed.blind_spots = {{"http://x s", BlindSpotCode::source_unreachable, "gone", true}};
    machine.manager->sight->blind_spots = {{"http://x s", BlindSpotCode::source_not_fetched, "never", true}};
    const Assessment assessment = machine.assess("a1").assessment;
    CHECK(assessment.status == OperationStatus::completed_with_warnings);
    CHECK(assessment.blind_spots.size() == 1);  // one line per source: what the refresh said
    CHECK(assessment.compliance.state == ComplianceState::unknown);
}

TEST_CASE("When nothing could be seen the counts of the last sight stand under Failed", "[assess]") {
    World machine;
    machine.assess("a1");
    machine.manager->sight = Error{Errc::failed, "apt is gone"};
    const AssessOutcome outcome = machine.assess("a2");
    CHECK(outcome.assessment.status == OperationStatus::failed);
    CHECK(outcome.assessment.failure->message == "apt is gone");
    CHECK(machine.status().available->status == OperationStatus::failed);
    CHECK(machine.status().available->critical_and_security == 1);
    CHECK(machine.folder().first_seen().size() == 1);
}

TEST_CASE("A stop request ends as Failed with its own code", "[assess]") {
    World machine;
    machine.stop.request_stop();
    const AssessOutcome outcome = machine.assess("a1");
    CHECK(outcome.assessment.failure->code == "OPERATION_CANCELLED");
    CHECK(machine.status().available->status == OperationStatus::failed);
}

TEST_CASE("A refused selection leaves everything as it was", "[assess]") {
    World machine;
    machine.assess("a1");
    const PatchStatus before = machine.status();
    machine.settings.selection.max_publish_date = machine.clocks.wall();
    const AssessOutcome outcome = machine.assess("a2");
    REQUIRE(outcome.refused);
    CHECK(outcome.refused->code == Errc::invalid);
    CHECK(machine.status() == before);
    CHECK_FALSE(machine.folder().assessment("a2"));
}

TEST_CASE("A full disk is said, and what was found is still shown", "[assess]") {
    World machine;
    machine.assess("a1");
    machine.files.fill_disk();
    const AssessOutcome outcome = machine.assess("a2");
    REQUIRE(outcome.not_recorded);
    CHECK(outcome.not_recorded->code == Errc::no_space);
    CHECK(outcome.assessment.patches.size() == 1);
    machine.files.free_disk();
    CHECK(machine.status().available->activity_id == "a1");
}

TEST_CASE("The age of the lists is told from the last refresh that found them current", "[assess]") {
    World machine;
    machine.assess("a1");
    machine.manager->sight->metadata_time = machine.clocks.wall() - days(9);  // unchanged lists keep their time
    machine.clocks.tick(days(1));
    CHECK(machine.assess("a2", false).assessment.metadata_age == days(1));
    machine.clocks.tick(days(3));
    const Assessment old = machine.assess("a3", false).assessment;
    CHECK(old.metadata_age == days(4));
    CHECK(old.compliance.state == ComplianceState::unknown);
}

TEST_CASE("A refresh that reached no security source does not make old lists young", "[assess]") {
    World machine;
    machine.manager->sight->metadata_time = machine.clocks.wall() - days(9);
    machine.manager->refreshed.blind_spots = {{"http://x s", BlindSpotCode::source_unreachable, "gone", true}};
    CHECK(machine.assess("a1").assessment.metadata_age == days(9));
    const Assessment later = machine.assess("a2", false).assessment;  // no refresh, so no blind spot of its own
    CHECK(later.metadata_age == days(9));
    CHECK(later.compliance.state == ComplianceState::unknown);
}

TEST_CASE("A clock set back yields no negative age and no future", "[assess]") {
    World machine;
    machine.assess("a1");
    machine.clocks.set_wall(machine.clocks.wall() - days(365));
    const Assessment assessment = machine.assess("a2", false).assessment;
    CHECK(assessment.metadata_age == seconds(0));
    CHECK(*assessment.patches.front().first_seen <= machine.clocks.wall());
    CHECK(assessment.compliance.since <= machine.clocks.wall());
}

TEST_CASE("Whenever the power is cut, the documents are valid and the next assessment ends the same", "[assess][power]") {
    World reference;
    reference.assess("a1");
    reference.clocks.tick(seconds(60));
    reference.assess("a2");
    const std::string expected = encode(*reference.folder().assessment("a2"));

    for (int writes = 0; writes <= 6; ++writes) {
        for (const bool first : {true, false}) {  // the very first assessment, or a later one
            CAPTURE(writes, first);
            World machine;
            if (!first) machine.assess("a1");
            machine.files.cut_power_after(writes);
            (void)machine.assess(first ? "a1" : "c");
            machine.files.restore_power();

            for (const char* path : {"/state/patchStatus.json"}) {
                if (const auto text = machine.files.read(path)) CHECK(decode_patch_status(*text));
            }
            const PatchStatus seen = machine.status();
            if (seen.available) CHECK(seen.available->status != OperationStatus::in_progress);
            if (const auto results = machine.files.list("/state/assessments")) {
                for (const FileInfo& info : *results) CHECK(decode_assessment(*machine.files.read(Path("/state/assessments") / info.name)));
            }
            machine.clocks.tick(seconds(60));
            machine.assess("a2");
            CHECK(machine.status().available->activity_id == "a2");
            auto second = machine.folder().assessment("a2");
            REQUIRE(second);
            // When the first one left no trace, this patch is first seen now; everything else is the same.
            const auto wanted = decode_assessment(expected);
            for (std::size_t i = 0; i < second->patches.size(); ++i) second->patches[i].first_seen = wanted->patches[i].first_seen;
            second->compliance.since = wanted->compliance.since;
            CHECK(encode(*second) == expected);
        }
    }
}

TEST_CASE("A kill between the result and the status is finished from the result", "[assess][power]") {
    World machine;
    machine.files.cut_power_after(3);  // InProgress, ledger, result; the final status is lost
    machine.assess("a1");
    machine.files.restore_power();
    CHECK(machine.status().available->status == OperationStatus::succeeded);
    CHECK(machine.folder().finish_interrupted(machine.clocks.wall()));
    CHECK(decode_patch_status(*machine.files.read("/state/patchStatus.json"))->available->status == OperationStatus::succeeded);
}

TEST_CASE("A kill before the result is reported as Failed, also in a result document", "[assess][power]") {
    World machine;
    machine.files.cut_power_after(1);
    machine.assess("a1");
    machine.files.restore_power();
    CHECK(machine.status().available->error.details.front().code == "OPERATION_INTERRUPTED");
    CHECK(machine.folder().finish_interrupted(machine.clocks.wall()));
    CHECK(machine.folder().assessment("a1")->failure == interruption());
}

TEST_CASE("A document that cannot be read is kept aside, and work goes on", "[assess]") {
    World machine;
    machine.files.put("/state/patchStatus.json", "{\"patchStatus\": 3}");
    machine.files.put("/state/firstSeen.json", std::string(3, '\0'));
    CHECK(machine.assess("a1").assessment.status == OperationStatus::succeeded);
    CHECK(machine.files.read("/state/patchStatus.json.unreadable") == "{\"patchStatus\": 3}");
    CHECK(machine.files.read("/state/firstSeen.json.unreadable"));
    CHECK(machine.log.count(LogLevel::warning, "cannot be read") >= 2);
}

TEST_CASE("Two at once: the second is told kind, id and age", "[assess]") {
    World machine;
    const Instant started = machine.clocks.wall();
    const auto held = machine.folder().begin({"Assessment", "a1", 42, started});
    REQUIRE(held);
    machine.clocks.tick(seconds(90));
    const auto second = machine.folder().begin({"Assessment", "a2", 43, started});
    REQUIRE_FALSE(second);
    CHECK(second.error().code == Errc::busy);
    CHECK(second.error().message == "another operation is running: Assessment a1, started 1 min ago (pid 42)");
    CHECK(machine.folder().running()->activity_id == "a1");
}

TEST_CASE("Old results are pruned, young ones are not", "[assess]") {
    World machine;
    machine.assess("a1");
    machine.clocks.tick(days(401));
    machine.assess("a2");
    machine.folder().prune(days(400), machine.clocks.wall());
    CHECK_FALSE(machine.folder().assessment("a1"));
    CHECK(machine.folder().assessment("a2"));
}

TEST_CASE("An activity id that is no plain name never becomes a path", "[assess]") {
    World machine;
    machine.files.put("/secret.json", "{}");
    CHECK_FALSE(machine.folder().assessment("../../secret"));
}
