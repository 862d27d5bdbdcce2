#include "agent/wire/metrics.hpp"

#include <algorithm>
#include <sstream>

#include "tests/agent/generated.hpp"
#include "tests/catch.hpp"
#include "tests/packagers/golden.hpp"

using namespace guestpatch;

namespace {

constexpr Instant noon = std::chrono::sys_days(std::chrono::year(2026) / 6 / 10) + std::chrono::hours(12);

/// Everything is known.
MetricsFacts all_facts() {
    using std::chrono::hours;
    const AvailablePatchSummary assessment{.status = OperationStatus::completed_with_warnings, .reboot_pending = true,
                                           .critical_and_security = 3, .other = 1, .modified = noon - hours(1)};
    const InstallationSummary installation{.status = OperationStatus::succeeded, .window_exceeded = true, .not_selected = 1,
                                           .excluded = 2, .pending = 3, .installed = 4, .failed = 5, .modified = noon - hours(2)};
    return {.now = noon,
            .version = "0.1.0",
            .build = "commit 0123456789ab, built by GNU 12.2.0 for Linux",
            .state = "Idle",
            .patch_mode = "AutomaticByPlatform",
            .assessment_mode = "ImageDefault",
            .operation = "Installation",
            .assessment = assessment,
            .assessment_duration = seconds(7),
            .pending = PendingTally{.patches = {{{Classification::security, Severity::important}, 3},
                                                {{Classification::other, Severity::unspecified}, 1}},
                                    .held_back = {{HeldBack::phased, 1}},
                                    .oldest = noon - hours(48),
                                    .metadata_time = noon - hours(3)},
            .blind_spots = {{{BlindSpotCode::source_unreachable, 2}}},
            .compliance = Compliance{ComplianceState::unknown, noon - hours(24), {"a source could not be seen"}},
            .reboot_since = noon - hours(5),
            .installation = installation,
            .installation_duration = seconds(600),
            .health = Health{.state = HealthState::healthy, .at = noon - hours(2)},
            .windows = {.met = 5, .missed = 2},
            .next_window = Window{noon + hours(10), noon + hours(14)},
            .attempt_overdue = true,
            .host = HostMetrics{1, 2, 3, noon - hours(4), noon - hours(4), 6}};
}

/// "name{labels}" -> value.
std::map<std::string, std::string> samples(const std::string& text) {
    std::map<std::string, std::string> found;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with('#')) continue;
        const auto blank = line.rfind(' ');
        INFO(line);
        CHECK(found.emplace(line.substr(0, blank), line.substr(blank + 1)).second);  // no series is there twice
    }
    return found;
}

bool has_family(const std::string& text, const std::string& name) { return text.find("# TYPE " + name + " ") != std::string::npos; }

}  // namespace

TEST_CASE("Metrics of which everything is known are the golden ones", "[metrics]") {
    const std::string text = encode_metrics(all_facts());
    INFO(text);
    CHECK(text == golden("metrics/full.prom"));
}

TEST_CASE("What is not known is left out of the metrics", "[metrics]") {
    const std::string text = encode_metrics({.now = noon, .state = "Idle"});
    for (const std::string family : {"pending_patches", "held_back_patches", "reboot_pending", "blind_spots", "last_assessment_status",
                                     "last_installation_status", "last_installation_patches", "attempt_overdue", "outbox_waiting",
                                     "host_consecutive_failures", "health_state", "next_window_opens_timestamp_seconds",
                                     "compliance_since_timestamp_seconds", "oldest_pending_timestamp_seconds"}) {
        CAPTURE(family);
        CHECK_FALSE(has_family(text, "guestpatch_" + family));
        CHECK(has_family(encode_metrics(all_facts()), "guestpatch_" + family));
    }
    CHECK(samples(text).at(R"(guestpatch_compliance_state{state="Unknown"})") == "1");  // nobody has looked yet
}

TEST_CASE("Of a state exactly one series is 1", "[metrics]") {
    MetricsFacts facts = all_facts();
    facts.compliance->state = GENERATE(ComplianceState::compliant, ComplianceState::non_compliant, ComplianceState::unknown);
    const auto found = samples(encode_metrics(facts));
    for (const std::string family : {"guestpatch_compliance_state", "guestpatch_state", "guestpatch_last_assessment_status",
                                     "guestpatch_last_installation_status", "guestpatch_health_state"}) {
        CAPTURE(family);
        int set = 0;
        for (const auto& [series, value] : found) {
            if (series.starts_with(family + "{")) set += value == "1" ? 1 : 0;
        }
        CHECK(set == 1);
    }
}

TEST_CASE("Every name of the state machine is a series of its own", "[metrics]") {
    const State state = generated_state(GENERATE(range(0U, 40U)));
    MetricsFacts facts{.now = noon, .state = std::string(name_of(state))};
    CHECK(samples(encode_metrics(facts)).at("guestpatch_state{state=\"" + facts.state + "\"}") == "1");
}

TEST_CASE("Labels cannot break out of their line", "[metrics]") {
    MetricsFacts facts{.now = noon, .version = "1\"} 7\nguestpatch_evil 1\\", .build = "\xff", .state = "Idle"};
    const std::string text = encode_metrics(facts);
    CHECK(text.find(R"(guestpatch_build_info{version="1\"} 7\nguestpatch_evil 1\\",build=")"
                    "\xEF\xBF\xBD\"} 1\n") != std::string::npos);
}

TEST_CASE("A tally adds up to the patches it was made from", "[metrics]") {
    const Assessment sight = generated_assessment(GENERATE(range(0U, 20U)), 50);
    const PendingTally counted = tally(sight);
    std::size_t all = 0;
    std::size_t urgent = 0;
    for (const auto& [key, number] : counted.patches) {
        all += number;
        if (key.first != Classification::other) urgent += number;
    }
    CHECK(all == sight.patches.size());
    CHECK(urgent == count_critical_and_security(sight.patches));
    std::size_t held = 0;
    for (const auto& [why, number] : counted.held_back) held += number;
    CHECK(held == static_cast<std::size_t>(std::ranges::count_if(sight.patches, [](const Patch& patch) { return patch.held_back.has_value(); })));
    CHECK(counted.oldest == oldest_pending(sight.patches));
    CHECK(counted.metadata_time == sight.modified - *sight.metadata_age);
}
