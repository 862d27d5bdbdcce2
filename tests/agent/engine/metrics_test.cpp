#include "agent/engine/metrics.hpp"

#include "tests/catch.hpp"
#include "tests/fakes/machine.hpp"

using namespace guestpatch;
using std::chrono::days;
using std::chrono::hours;

namespace {

const Path textfile = "/metrics/guestpatch.prom";

/// A machine that has assessed an hour ago, and the folder of a collector.
struct World : FakeMachine {
    World() {
        files.put_folder(textfile.parent_path());
        settings.metrics_textfile = textfile;
        settings.patch_mode = "AutomaticByPlatform";
        settings.compliance_max_age = days(30);
        settings.off_peak = {.start = hours(22), .duration = hours(4), .time_zone = "UTC", .attempt_within = days(14)};
        for (unsigned day = 0; day < 7; ++day) settings.off_peak.days.emplace_back(day);
        REQUIRE(folder().record(sight, {}));
    }

    StateFolder folder() { return {seams, "/state", "/run/state"}; }
    MetricsFacts facts() { return gather_metrics(seams, folder(), settings, {.version = "1.2.3", .build = "b"}); }
    Result<void> write() { return write_metrics(seams, folder(), settings, {.version = "1.2.3", .build = "b"}); }
    std::string text() { return files.read(textfile).value_or(""); }

    Instant began = clocks.wall() - hours(1);
    Settings settings;
    Assessment sight{.activity_id = "a1",
                     .status = OperationStatus::completed_with_warnings,
                     .started = began,
                     .modified = began + seconds(9),
                     .duration = seconds(8),
                     .patches = {{.id = {"curl", "7.1"}, .classification = Classification::security, .severity = Severity::important,
                                  .first_seen = began - days(20)}},
                     .blind_spots = {{"http://x", BlindSpotCode::source_unreachable, "gone", false}},
                     .reboot = {.required = true, .since = began - hours(2)},
                     .metadata_age = hours(0),
                     .compliance = {ComplianceState::compliant, began, {}}};
};

}  // namespace

TEST_CASE("Metrics are gathered from what the state folder knows", "[metrics]") {
    World machine;
    const MetricsFacts facts = machine.facts();
    CHECK(facts.state == "Idle");
    CHECK(facts.operation.empty());
    CHECK(facts.assessment == summarize(machine.sight));
    CHECK(facts.assessment_duration == seconds(8));
    CHECK(facts.pending == tally(machine.sight));
    CHECK(facts.blind_spots == std::map<BlindSpotCode, std::size_t>{{BlindSpotCode::source_unreachable, 1}});
    CHECK(facts.reboot_since == machine.began - hours(2));
    CHECK_FALSE(facts.installation);
    CHECK(facts.attempt_overdue == true);  // twenty days, and none was tried
    REQUIRE(facts.next_window);
    CHECK(format_instant(facts.next_window->opens) == "2026-06-10T22:00:00Z");
    CHECK_FALSE(facts.host);
}

TEST_CASE("A verdict of days ago is no verdict in the metrics either", "[metrics]") {
    World machine;
    CHECK(machine.facts().compliance->state == ComplianceState::compliant);
    machine.clocks.tick(days(4));
    CHECK(machine.facts().compliance->state == ComplianceState::unknown);
}

TEST_CASE("While an assessment runs the metrics keep what the one before saw", "[metrics]") {
    World machine;
    const PendingTally before = *machine.facts().pending;
    machine.clocks.tick(hours(1));
    const RunningOperation operation{"Assessment", "a2", 1, machine.clocks.wall()};
    const auto held = machine.folder().begin(operation);
    REQUIRE(held);
    REQUIRE(machine.folder().write_status(begin_assessment(machine.folder().patch_status(), "a2", machine.clocks.wall())));
    const MetricsFacts facts = machine.facts();
    CHECK(facts.state == "Assessing");
    CHECK(facts.operation == "Assessment");
    CHECK(facts.assessment->status == OperationStatus::in_progress);
    CHECK(facts.pending == before);
    CHECK_FALSE(facts.blind_spots);
    CHECK(facts.compliance->state == ComplianceState::compliant);
}

TEST_CASE("The last installation and its health are in the metrics", "[metrics]") {
    World machine;
    const Installation last{.activity_id = "b1", .assessment_id = "a1", .status = OperationStatus::succeeded,
                            .started = machine.began, .modified = machine.clocks.wall(), .duration = seconds(61),
                            .patches = {{.patch = machine.sight.patches.front(), .state = InstallationState::installed}},
                            .health_before = Health{.state = HealthState::unknown, .at = machine.began},
                            .health_after = Health{.state = HealthState::healthy, .at = machine.clocks.wall()}};
    REQUIRE(machine.folder().record(last));
    const MetricsFacts facts = machine.facts();
    CHECK(facts.installation == summarize(last));
    CHECK(facts.installation_duration == seconds(61));
    REQUIRE(facts.health);
    CHECK(facts.health->state == HealthState::healthy);
}

TEST_CASE("Where nothing goes in by itself there is no window, and no attempt to be overdue", "[metrics]") {
    World machine;
    machine.settings.patch_mode = "ImageDefault";
    CHECK_FALSE(machine.facts().attempt_overdue);
    CHECK_FALSE(machine.facts().next_window);
}

TEST_CASE("Metrics go to the configured file, whole and for everyone", "[metrics]") {
    World machine;
    const int durable = machine.files.durable_writes();
    REQUIRE(machine.write());
    CHECK(machine.text().find("guestpatch_build_info{version=\"1.2.3\",build=\"b\"} 1\n") != std::string::npos);
    CHECK(machine.text().find("guestpatch_reboot_pending 1\n") != std::string::npos);
    CHECK(machine.files.readers(textfile) == Readers::everyone);
    CHECK(machine.files.durable_writes() == durable);  // nothing waits for the disk
}

TEST_CASE("Without a configured file no metrics are written, and nothing is read for them", "[metrics]") {
    World machine;
    machine.settings.metrics_textfile.clear();
    machine.files.forbid("/state");
    REQUIRE(machine.write());
    CHECK(machine.text().empty());
    CHECK(machine.log.count(LogLevel::debug) == 0);
}

TEST_CASE("The collector's folder is never made", "[metrics]") {
    World machine;
    SECTION("it is not there") { machine.files.erase("/metrics"); }
    SECTION("a file is in its place") {
        machine.files.erase("/metrics");
        machine.files.put("/metrics", "");
    }
    const auto written = machine.write();
    REQUIRE_FALSE(written);
    CHECK(written.error().code == Errc::not_found);
    CHECK(written.error().message.starts_with("metrics.textfile: there is no folder /metrics; make it, or"));
    CHECK_FALSE(machine.files.info(textfile));
}

TEST_CASE("Metrics that cannot be written say so and leave the old ones", "[metrics]") {
    World machine;
    REQUIRE(machine.write());
    const std::string before = machine.text();
    machine.clocks.tick(hours(1));
    machine.files.fill_disk();
    const auto written = machine.write();
    REQUIRE_FALSE(written);
    CHECK(written.error().code == Errc::no_space);
    CHECK(machine.text() == before);
}
