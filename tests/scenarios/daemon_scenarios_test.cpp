// Whole lives of the service on a make-believe machine, the power cut at every durable write.
#include "agent/wire/enums.hpp"
#include "tests/agent/daemon/life.hpp"

using namespace guestpatch;

namespace {

struct Story {
    std::string name;
    std::function<void(Life&)> arrange;
    RebootStatus reboot = RebootStatus::not_needed;
};

std::vector<Story> stories() {
    return {
        {"a night with two patches", [](Life& life) { life.world.packages.add(upgrades(2)); }},
        {"a night with three batches", [](Life& life) { life.world.packages.add(upgrades(120)); }},
        {"a night with a reboot",
         [](Life& life) {
             life.world.packages.add(upgrades(2));
             life.world.packages.while_installing = [&life](const Batch&) {
                 life.world.packages.need = RebootNeed{.required = true, .reasons = {"linux-image"}};
             };
         },
         RebootStatus::completed},
        {"a machine that is broken first",
         [](Life& life) {
             life.world.packages.add(upgrades(2));
             life.world.packages.broken = {"left-over"};
         }},
    };
}

/// The machine's own updates, as the distribution turned them on.
void add_native_updates(Life& life) {
    for (const char* timer : {"apt-daily.timer", "apt-daily-upgrade.timer"}) life.world.machine.units.add(timer, "enabled", "active");
}

/// The last word on every patch, whatever the number of runs it took.
std::map<std::string, std::string> last_words(const Life& life) {
    std::map<std::string, std::string> told;
    std::vector<Installation> reports = life.installations();
    std::ranges::reverse(reports);
    for (const Installation& report : reports) {
        for (const PatchResult& result : report.patches) told[result.patch.id.name] = to_wire(result.state);
    }
    return told;
}

void check_the_end(Life& life, const Story& story, const std::map<std::string, std::string>& expected) {
    check_nothing_is_open(life.world);
    CHECK(last_words(life) == expected);
    CHECK(life.world.machine.units.units["apt-daily-upgrade.timer"].file == "disabled");
    CHECK(life.world.machine.units.units["apt-daily-upgrade.timer"].active == "inactive");
    CHECK(life.world.machine.rebooter.holding == 0);
    for (const Installation& report : life.installations()) {
        CHECK(report.started_by == StartedBy::platform);
        // A planned reboot is no failure, and one that nobody needed is not made.
        CHECK(report.reboot_status != RebootStatus::failed);
        if (story.reboot == RebootStatus::not_needed) CHECK(report.reboot_status == RebootStatus::not_needed);
    }
}

}  // namespace

TEST_CASE("Every story of the service ends as it should when nothing interferes", "[daemon]") {
    for (const Story& story : stories()) {
        INFO(story.name);
        Life life;
        story.arrange(life);
        add_native_updates(life);
        life.live_through(noon + std::chrono::days(2));
        REQUIRE(life.installations().size() == 1);
        CHECK(life.installations().front().status == OperationStatus::succeeded);
        CHECK(life.installations().front().reboot_status == story.reboot);
        for (const auto& [name, state] : last_words(life)) CHECK(state == "Installed");
        check_the_end(life, story, last_words(life));
    }
}

TEST_CASE("The power may fail, or the service be killed, at any write: the machine ends the same, the story is told to its end", "[daemon]") {
    const auto end = GENERATE(Life::End::power_cut, Life::End::sigkill);
    for (const Story& story : stories()) {
        Life undisturbed;
        story.arrange(undisturbed);
        add_native_updates(undisturbed);
        undisturbed.live_through(noon + std::chrono::days(2));
        const int writes = undisturbed.world.machine.files.durable_writes();
        REQUIRE(writes > 10);
        for (int cut = 0; cut < writes; ++cut) {
            INFO(story.name << (end == Life::End::sigkill ? ", killed" : ", the power cut") << " after write " << cut);
            Life life;
            story.arrange(life);
            add_native_updates(life);
            life.world.machine.files.cut_power_after(cut);
            life.live_through(noon + std::chrono::days(2), end);
            CHECK(life.ends >= 1);
            check_the_end(life, story, last_words(undisturbed));
        }
    }
}
