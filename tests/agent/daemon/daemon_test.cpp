#include "agent/daemon/daemon.hpp"

#include "tests/agent/daemon/life.hpp"

using namespace guestpatch;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::days day{1};

}  // namespace

TEST_CASE("A service installs in the night's window what it finds there, and sleeps in between", "[daemon]") {
    Life life;
    life.world.packages.add({upgrade("openssl"), upgrade("vim", Classification::other)});
    const auto asked = life.live(noon + 2 * day);
    REQUIRE(life.installations().size() == 1);
    const Installation night = life.installations().front();
    CHECK(night.started >= noon + 10h);
    CHECK(night.started_by == StartedBy::platform);
    CHECK(night.status == OperationStatus::succeeded);
    CHECK(life.world.packages.installed == std::set<std::string>{"openssl"});
    CHECK(life.outcomes() == std::vector{WindowOutcome::met, WindowOutcome::met});
    CHECK(asked.size() < 30);
    check_nothing_is_open(life.world);
}

TEST_CASE("Nothing configured, nothing done: the service sleeps for ever", "[daemon]") {
    Life life;
    life.configuration.settings.patch_mode = "ImageDefault";
    life.world.packages.add({upgrade("openssl")});
    const auto asked = life.live(noon + 30 * day);
    CHECK(life.world.packages.calls.empty());
    REQUIRE(asked.size() == 1);
    CHECK_FALSE(asked.front().wall);
    CHECK_FALSE(asked.front().at_most);
    CHECK(life.manager.told == std::vector<std::string>{"ready", "status: idle: nothing is scheduled", "stopping 90",
                                                        "status: stopping", "status: stopped"});
}

TEST_CASE("The watchdog is fed in time, and by nothing else is an idle service woken", "[daemon]") {
    Life life;
    life.configuration.settings.patch_mode = "ImageDefault";
    life.manager.patience = 240s;
    const auto asked = life.live(noon + 1h);
    CHECK(asked.size() == 30);
    CHECK(life.manager.fed == 30);
}

TEST_CASE("A machine that is always off at night says which windows it missed, and why nothing was tried", "[daemon]") {
    Life life;
    life.world.packages.add({upgrade("openssl")});
    life.configuration.settings.assessment_mode = "AutomaticByPlatform";
    for (int morning = 0; morning < 32; ++morning) {
        life.live(noon + morning * day + 9h);
        life.world.machine.clocks.set_wall(noon + (morning + 1) * day - 4h);  // off from nine in the evening to eight
        restart(life.world);
    }
    CHECK(life.installations().empty());
    const Timetable timetable = life.world.state.timetable();
    const Instant now = life.world.machine.clocks.wall();
    CHECK(count_windows(timetable, now - 30 * day).missed >= 29);
    const auto cause = attempt_overdue(life.world.state.last_sight()->patches, timetable, 30 * day, now);
    REQUIRE(cause);
    CHECK(cause->starts_with("powered off in "));
}

TEST_CASE("A window that is always too short is missed as such", "[daemon]") {
    Life life;
    life.configuration.settings.off_peak.duration = 20min;  // less than one package and the reserve for a reboot
    life.world.packages.add({upgrade("openssl")});
    life.live(noon + 3 * day);
    CHECK(life.installations().empty());
    CHECK(life.outcomes() == std::vector(3, WindowOutcome::too_short));
}

TEST_CASE("A member of a flexible scale set need not wait for the night", "[daemon]") {
    Life life;
    life.configuration.settings.scale_set = "web";
    life.world.packages.add({upgrade("openssl")});
    life.live(noon + 1h);
    REQUIRE(life.installations().size() == 1);
    CHECK(life.installations().front().started < noon + 1h);
}

TEST_CASE("The zone of the machine changed at run time moves the next window", "[daemon]") {
    Life life;
    life.world.packages.add({upgrade("openssl")});
    life.live(noon + 12h, {{noon + 1h, {.changed = true}, [&] {
                                life.world.machine.zones.zones["local"] = {"Asia/Tokyo", {{Instant::min(), 9h}}};
                            }}});
    REQUIRE(life.installations().size() == 1);
    CHECK(life.installations().front().started >= noon + 1h);  // 22:00 there
    CHECK(life.installations().front().started < noon + 2h);
}

TEST_CASE("A reboot of the run's own is seen through after the boot, as a success", "[daemon]") {
    Life life;
    life.world.packages.add({upgrade("linux-image")});
    life.world.packages.while_installing = [&](const Batch&) { life.world.packages.need = RebootNeed{.required = true, .reasons = {"linux-image"}}; };
    life.live(noon + 10h + 5min);
    REQUIRE(life.world.machine.rebooter.scheduled.size() == 1);
    CHECK(life.installations().front().status == OperationStatus::in_progress);
    restart(life.world);
    life.live(noon + 2 * day);
    REQUIRE(life.installations().size() == 1);
    CHECK(life.installations().front().status == OperationStatus::succeeded);
    CHECK(life.installations().front().reboot_status == RebootStatus::completed);
    CHECK(life.world.machine.rebooter.scheduled.size() == 1);
    check_nothing_is_open(life.world);
}

TEST_CASE("A reboot that does not happen is given up and reported", "[daemon]") {
    Life life;
    life.world.packages.add({upgrade("linux-image")});
    life.world.packages.need = RebootNeed{.required = true, .reasons = {"linux-image"}};
    life.live(noon + 14h);
    REQUIRE(life.installations().size() == 1);
    CHECK(life.installations().front().reboot_status == RebootStatus::failed);
    check_nothing_is_open(life.world);
}

TEST_CASE("Another operation is waited for without polling", "[daemon]") {
    Life life;
    life.world.packages.add({upgrade("openssl")});
    auto held = life.world.state.begin({"Installation", "99999999-2222-4333-8444-555555555555", 4711, noon});
    REQUIRE(held);
    life.live(noon + 12h, {{noon + 11h, {.changed = true}, [&] { held->reset(); }}});
    REQUIRE(life.installations().size() == 1);
    CHECK(life.installations().front().started >= noon + 11h);
}

TEST_CASE("A configuration with faults is not taken over, and the status says so", "[daemon]") {
    Life life;
    life.world.packages.add({upgrade("openssl")});
    life.live(noon + 11h, {{noon + 1h, {.reload = true}, [&] {
                                life.configuration.settings.patch_mode = "ImageDefault";
                                life.configuration.errors = {{"/etc/guestpatch/config.d/50-x.json", 3, "offPeak.start", "no time"}};
                            }}});
    CHECK(life.installations().size() == 1);  // as before
    CHECK(std::ranges::any_of(life.manager.told, [](const std::string& told) {
        return told.find("configuration not read: /etc/guestpatch/config.d/50-x.json:3") != std::string::npos;
    }));
    CHECK(std::ranges::count(life.manager.told, "reloading") == 1);
}

TEST_CASE("A new configuration counts from the reload on", "[daemon]") {
    Life life;
    life.world.packages.add({upgrade("openssl")});
    life.live(noon + 9h, {{noon + 1h, {.reload = true}, [&] { life.configuration.settings.off_peak.start = 14h; }}});
    REQUIRE(life.installations().size() == 1);
    CHECK(life.installations().front().started >= noon + 2h);
}

TEST_CASE("On battery the night passes unused, unless the mains come back in time", "[daemon]") {
    Life life;
    life.world.packages.add({upgrade("openssl")});
    life.configuration.settings.guard_battery = true;
    life.world.machine.host.lives_on.on_battery = true;
    life.live(noon + 2 * day, {{noon + day + 14h, {.clock_set = true}, [&] { life.world.machine.host.lives_on = {}; }}});
    CHECK(life.outcomes() == std::vector{WindowOutcome::on_battery, WindowOutcome::met});
    CHECK(life.installations().size() == 1);
}

TEST_CASE("What cannot be kept is tried again later and later, not all the time", "[daemon]") {
    Life life;
    life.world.packages.add({upgrade("openssl")});
    life.world.machine.files.fill_disk();
    const auto asked = life.live(noon + day);
    CHECK(life.world.packages.installed.empty());
    CHECK(asked.size() < 200);
}

TEST_CASE("Each of many configurations has its windows, also after a long absence", "[daemon]") {
    Life life;
    life.world.packages.add({upgrade("openssl")});
    for (int i = 0; i < 20; ++i) {
        life.configuration.settings.maintenance.push_back({.id = fmt::format("c{:02}", i),
                                                           .start = LocalTime((noon - 30 * day).time_since_epoch()) + std::chrono::minutes(i),
                                                           .duration = 2h,
                                                           .time_zone = "UTC",
                                                           .recurrence = Daily(),
                                                           .selection = {.classifications = {Classification::security}}});
    }
    life.live(noon - 1h + day);
    life.world.machine.clocks.tick(21 * day);
    restart(life.world);
    const std::size_t before = life.installations().size();
    life.live(life.world.machine.clocks.wall() + 6h);
    CHECK(life.installations().size() == before + 20);
}

TEST_CASE("A lock whose holder cannot be read is waited for, not run against", "[daemon]") {
    Life life;
    life.world.packages.add({upgrade("openssl")});
    auto held = life.world.machine.locks.acquire(state_path / "lock", "of a later version");
    REQUIRE(held);
    const auto asked = life.live(noon + 12h, {{noon + 11h, {.changed = true}, [&] { held->reset(); }}});
    CHECK(life.installations().size() == 1);
    CHECK(asked.size() < 800);  // once a minute
}

TEST_CASE("A network that comes an hour after the window opened does not cost the night", "[daemon]") {
    Life life;
    const BlindSpot dark{"security", BlindSpotCode::source_unreachable, "no route", true};
    life.world.packages.sight = Sight{.blind_spots = {dark}};
    life.live(noon + day, {{noon + 11h, {.poked = true}, [&] {
                                life.world.packages.sight = Sight{};
                                life.world.packages.add({upgrade("openssl")});
                            }}});
    REQUIRE(life.installations().size() == 1);
    CHECK(life.installations().front().started >= noon + 11h);
    CHECK(life.outcomes() == std::vector{WindowOutcome::met});
}

TEST_CASE("A month whose reboot is still owed is not over", "[daemon]") {
    Life life;
    life.configuration.settings.off_peak.cadence = Cadence::monthly;
    life.world.packages.add({upgrade("linux-image")});
    life.world.packages.need = RebootNeed{.required = true, .reasons = {"linux-image"}};
    life.configuration.settings.reboots_per_run = 0;
    life.live(noon + day);
    REQUIRE(life.installations().size() == 1);
    CHECK(life.installations().front().reboot_status == RebootStatus::required);
    CHECK_FALSE(life.world.state.timetable().rollout->complete);
}

TEST_CASE("A machine that is up for a month is assessed daily and patched when something is due", "[daemon]") {
    Life life;
    life.configuration.settings.assessment_mode = "AutomaticByPlatform";
    std::vector<Life::Happening> script;
    for (int week = 0; week < 4; ++week) {
        script.push_back({noon + week * 7 * day, {.clock_set = true}, [&life, week] {
                              life.world.packages.add({upgrade("p" + std::to_string(week))});
                          }});
    }
    const auto asked = life.live(noon + 28 * day, script);
    CHECK(life.installations().size() == 4);
    CHECK(life.world.packages.installed == std::set<std::string>{"p0", "p1", "p2", "p3"});
    CHECK(life.assessments() >= 28);
    CHECK(life.outcomes().size() == 28);
    CHECK(asked.size() < 28 * 12);
}
