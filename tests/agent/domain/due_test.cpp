#include "agent/domain/due.hpp"

#include "tests/agent/patches.hpp"
#include "tests/catch.hpp"

using namespace guestpatch;
using namespace std::chrono_literals;

namespace {

constexpr Instant midnight = std::chrono::sys_days(std::chrono::year(2026) / 6 / 10);

ScheduledWindow night(int day = 0) {
    const Instant opens = midnight + std::chrono::days(day) + 22h;
    return {{opens, opens + 8h}, "offPeak", "UTC"};
}

/// An automatic machine in the middle of its night's window, assessed when it opened, with something to install.
Situation in_the_window() {
    return {.now = midnight + 23h,
            .started = midnight - std::chrono::days(10),
            .automatic = true,
            .month = std::chrono::year(2026) / 6,
            .interval = 24h,
            .phase = 3h,
            .windows = {night(), night(1)},
            .off_peak = {night(), night(1)},
            .least = {{"offPeak", 25min}, {"monthly", 25min}},
            .assessed = midnight + 22h + 5min,
            .anything_due = true,
            .past = {.judged = midnight}};
}

Due due(const Situation& situation) { return decide(situation).due; }

std::vector<WindowOutcome> outcomes(const Situation& situation) {
    std::vector<WindowOutcome> found;
    for (const WindowRecord& record : decide(situation).records) found.push_back(record.outcome);
    return found;
}

}  // namespace

TEST_CASE("An open window with something to install is used, once", "[due]") {
    Situation situation = in_the_window();
    CHECK(due(situation) == Due(InstallNow{night()}));
    remember(situation.past, {night().window, "offPeak", WindowOutcome::met}, situation.now);
    CHECK(due(situation) == Due(WaitUntil{night(1).window.opens}));
}

TEST_CASE("A window in which nothing is pending is met without an installation", "[due]") {
    Situation situation = in_the_window();
    situation.anything_due = false;
    CHECK(std::holds_alternative<WaitUntil>(due(situation)));
    CHECK(outcomes(situation) == std::vector{WindowOutcome::met});
}

TEST_CASE("A maintenance configuration's window is used whatever is pending", "[due]") {
    Situation situation = in_the_window();
    situation.anything_due = false;
    situation.by_configuration = true;
    CHECK(due(situation) == Due(InstallNow{night()}));
}

TEST_CASE("Before an installation the machine is assessed in the window itself", "[due]") {
    Situation situation = in_the_window();
    situation.assessed = midnight + 21h;
    CHECK(due(situation) == Due(AssessNow()));
}

TEST_CASE("An assessment that saw nothing is tried again later, and the window is missed meanwhile", "[due]") {
    Situation situation = in_the_window();
    situation.assessed = midnight + 21h;
    situation.past.tried = midnight + 22h + 55min;
    situation.past.failures = 1;
    CHECK(due(situation) == Due(WaitUntil{midnight + 23h + 10min}));
    CHECK(outcomes(situation) == std::vector{WindowOutcome::blind});
    situation.now = midnight + 23h + 10min;
    CHECK(due(situation) == Due(AssessNow()));
}

TEST_CASE("A window too short for one package is missed, and said so", "[due]") {
    Situation situation = in_the_window();
    situation.now = night().window.closes - 24min;
    CHECK(outcomes(situation) == std::vector{WindowOutcome::too_short});
    situation.now = night().window.closes - 25min;
    CHECK(due(situation) == Due(InstallNow{night()}));
}

TEST_CASE("On battery nothing goes in; from time to time somebody looks whether it still is so", "[due]") {
    Situation situation = in_the_window();
    situation.hindrance = WindowOutcome::on_battery;
    CHECK(due(situation) == Due(WaitUntil{situation.now + 15min}));
    CHECK(outcomes(situation) == std::vector{WindowOutcome::on_battery});
    remember(situation.past, decide(situation).records.front(), situation.now);
    CHECK(outcomes(situation).empty());  // said once
    situation.hindrance.reset();
    CHECK(due(situation) == Due(InstallNow{night()}));
}

TEST_CASE("Windows that came and went without anybody were missed", "[due]") {
    Situation situation = in_the_window();
    situation.windows = {night(-2), night(-1), night()};
    situation.past.judged = midnight - std::chrono::days(2);
    situation.started = midnight + 22h + 30min;
    const auto decision = decide(situation);
    CHECK(decision.records == std::vector<WindowRecord>{{night(-2).window, "offPeak", WindowOutcome::powered_off},
                                                        {night(-1).window, "offPeak", WindowOutcome::powered_off}});
    CHECK(decision.due == Due(InstallNow{night()}));
}

TEST_CASE("A window that closed while the service was there was spent on something else", "[due]") {
    Situation situation = in_the_window();
    situation.windows = {night(-1), night()};
    situation.past.judged = midnight - std::chrono::days(1);
    CHECK(outcomes(situation) == std::vector{WindowOutcome::busy});
    situation.scheduled_since = midnight + 12h;  // it was no window then: the configuration is younger
    CHECK(outcomes(situation).empty());
}

TEST_CASE("A source of security patches that could not be seen is waited for as long as another look fits", "[due]") {
    Situation situation = in_the_window();
    situation.half_blind = true;
    CHECK(due(situation) == Due(AssessNow()));
    situation.past.tried = situation.now - 1min;
    situation.past.failures = 1;
    CHECK(due(situation) == Due(WaitUntil{situation.now + 14min}));
    CHECK(outcomes(situation) == std::vector{WindowOutcome::blind});
    situation.past.failures = 10;  // the next look is a day away: what can be seen goes in
    CHECK(due(situation) == Due(InstallNow{night()}));
    situation.anything_due = false;
    CHECK(outcomes(situation) == std::vector{WindowOutcome::blind});
}

TEST_CASE("What hides security patches for good is not waited for", "[due]") {
    CHECK(is_half_blind({{"x", BlindSpotCode::source_unreachable, "", true}}));
    CHECK_FALSE(is_half_blind({{"x", BlindSpotCode::source_unreachable, "", false}}));
    CHECK_FALSE(is_half_blind({{"x", BlindSpotCode::no_security_source, "", true}, {"y", BlindSpotCode::os_end_of_support, "", true}}));
}

TEST_CASE("Windows of before anybody judged are nobody's fault", "[due]") {
    Situation situation = in_the_window();
    situation.windows = {night(-1), night()};
    situation.past.judged.reset();
    CHECK(outcomes(situation).empty());
}

TEST_CASE("A monthly rollout that is complete rests until the next month", "[due]") {
    Situation situation = in_the_window();
    situation.cadence = Cadence::monthly;
    CHECK(due(situation) == Due(InstallNow{night()}));
    situation.past.rollout = Rollout{situation.month, false};  // failed and pending ones: in every window
    CHECK(due(situation) == Due(InstallNow{night()}));
    situation.past.rollout = Rollout{situation.month, true};
    CHECK(outcomes(situation) == std::vector{WindowOutcome::met});
    situation.month = std::chrono::year(2026) / 7;
    CHECK(due(situation) == Due(InstallNow{night()}));
}

TEST_CASE("Without a mode nothing is ever due", "[due]") {
    Situation situation = in_the_window();
    situation.automatic = false;
    situation.windows.clear();
    situation.off_peak.clear();
    CHECK(due(situation) == Due(WaitUntil{}));
}

TEST_CASE("Periodic assessments come at the machine's own moment of each interval", "[due]") {
    Situation situation = in_the_window();
    situation.automatic = false;
    situation.assess_any_time = true;
    situation.windows.clear();
    situation.assessed = midnight + 3h;
    CHECK(next_assessment(situation) == midnight + 27h);
    situation.assessed = midnight + 15h;  // somebody's, half a day before: the next one is still due
    CHECK(next_assessment(situation) == midnight + 27h);
    situation.assessed = midnight + 16h;  // just before: it stands in for it
    CHECK(next_assessment(situation) == midnight + 51h);
    situation.assessed.reset();
    CHECK(due(situation) == Due(AssessNow()));
}

TEST_CASE("A missed assessment is made up after the start, not by all machines at once", "[due]") {
    Situation situation = in_the_window();
    situation.assess_any_time = true;
    situation.assessed = midnight - 48h;
    situation.started = midnight + 22h + 50min;
    situation.catch_up = 40min;
    CHECK(next_assessment(situation) == situation.started + 40min);
    situation.started = midnight - 21h + 10min;  // overdue by ten minutes only
    situation.assessed = midnight - 45h;
    CHECK(next_assessment(situation) == situation.started + 10min);
}

TEST_CASE("Assessments that only the patch mode asks for keep to the off-peak hours", "[due]") {
    Situation situation = in_the_window();
    situation.by_configuration = true;
    situation.windows = {{{midnight + std::chrono::days(20), midnight + std::chrono::days(20) + 3h}, "monthly", "UTC"}};
    situation.now = midnight + 12h;
    situation.assessed = midnight - 30h;
    CHECK(due(situation) == Due(WaitUntil{night().window.opens}));
    situation.now = night().window.opens;
    CHECK(due(situation) == Due(AssessNow()));
}

TEST_CASE("A clock set back a day neither repeats the night nor waits for ever", "[due]") {
    Situation situation = in_the_window();
    remember(situation.past, {night().window, "offPeak", WindowOutcome::met}, situation.now);
    situation.past.attempted = situation.now;
    situation.past.judged = situation.now;
    situation.now -= 24h;
    situation.windows = {night(-1), night()};
    situation.off_peak = situation.windows;
    CHECK(due(situation) == Due(AssessNow()));  // what was seen tomorrow does not count
    situation.assessed = situation.now;
    CHECK(due(situation) == Due(InstallNow{night(-1)}));
}

TEST_CASE("A clock set forward a year is one overdue assessment and one missed quarter", "[due]") {
    Situation situation = in_the_window();
    situation.now += std::chrono::days(365);
    situation.windows = {night(364), night(365)};
    situation.off_peak = situation.windows;
    CHECK(due(situation) == Due(AssessNow()));
    Timetable past = situation.past;
    for (int day = 0; day < 365; ++day) remember(past, {night(day).window, "offPeak", WindowOutcome::powered_off}, situation.now);
    CHECK(past.windows.size() <= 91);
}

TEST_CASE("A pending patch nobody tried to install says why", "[due]") {
    const Instant now = midnight + std::chrono::days(40);
    Patch old = upgrade("openssl");
    old.first_seen = midnight;
    Timetable timetable;
    CHECK(attempt_overdue({old}, timetable, 30 * 24h, now) == "no window came");
    for (int day = 20; day < 23; ++day) remember(timetable, {night(day).window, "offPeak", WindowOutcome::powered_off}, now);
    remember(timetable, {night(30).window, "offPeak", WindowOutcome::too_short}, now);
    CHECK(attempt_overdue({old}, timetable, 30 * 24h, now) == "powered off in 3 windows, window too short in 1 window");
    timetable.attempted = now - std::chrono::days(29);
    CHECK_FALSE(attempt_overdue({old}, timetable, 30 * 24h, now));
    timetable.attempted = now - std::chrono::days(31);
    CHECK(attempt_overdue({old}, timetable, 30 * 24h, now));
    old.held_back = HeldBack::held;
    CHECK_FALSE(attempt_overdue({old}, timetable, 30 * 24h, now));
    old.held_back.reset();
    old.first_seen = now - std::chrono::days(29);
    CHECK_FALSE(attempt_overdue({old}, timetable, 30 * 24h, now));
    old.first_seen = midnight;
    old.classification = Classification::other;
    CHECK_FALSE(attempt_overdue({old}, timetable, 30 * 24h, now));
}

TEST_CASE("Windows of the last 30 days are counted as met or missed", "[due]") {
    Timetable timetable;
    const Instant now = midnight + std::chrono::days(3);
    remember(timetable, {night(0).window, "offPeak", WindowOutcome::met}, now);
    remember(timetable, {night(1).window, "offPeak", WindowOutcome::on_battery}, now);
    remember(timetable, {night(1).window, "offPeak", WindowOutcome::met}, now);  // the mains came back
    remember(timetable, {night(2).window, "offPeak", WindowOutcome::blind}, now);
    CHECK(count_windows(timetable, midnight) == WindowCount{2, 1});
    CHECK(count_windows(timetable, midnight + 48h) == WindowCount{0, 1});
}
