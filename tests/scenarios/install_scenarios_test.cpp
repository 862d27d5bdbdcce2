// Whole lives of an installation on a make-believe machine, the power cut at every durable write.
#include <functional>
#include <map>
#include <set>

#include "agent/wire/enums.hpp"
#include "tests/scenarios/world.hpp"

using namespace guestpatch;

namespace {

void add_hooks(World& world) {
    world.settings.hooks = {.pre_install = {{"/hooks/pre"}}, .post_install = {{"/hooks/post"}}, .post_reboot = {{"/hooks/up"}},
                            .on_result = {{"/hooks/mail", "root"}}, .timeout = 5min};
    for (const char* name : {"/hooks/pre", "/hooks/post", "/hooks/up", "/hooks/mail"}) world.machine.processes.answer({name}, Answer::exits(0));
}

struct Scenario {
    std::string name;
    std::function<void(World&)> arrange;
    std::string end;  ///< how every patch must end: "name state reason"
};

std::vector<Scenario> scenarios() {
    return {
        {"two patches", [](World& world) { world.packages.add(upgrades(2)); }, "p000 Installed; p001 Installed"},
        {"nothing to do", [](World&) {}, ""},
        {"one fails", [](World& world) {
             world.packages.add(upgrades(3));
             world.packages.failing["p001"] = {{}, Reason::script_failed, "exit status 7"};
         }, "p000 Installed; p001 Failed; p002 Installed"},
        {"one is refused", [](World& world) {
             world.packages.add(upgrades(4));
             world.packages.refused_names = {"p002"};
         }, "p000 Installed; p001 Installed; p002 Failed; p003 Installed"},
        {"three batches", [](World& world) { world.packages.add(upgrades(120)); }, ""},
        {"the machine is broken first", [](World& world) {
             world.packages.add(upgrades(2));
             world.packages.broken = {"left-over"};
             world.packages.repaired.notes = {{"PACKAGES_CONFIGURED", "left-over"}};
         }, "p000 Installed; p001 Installed"},
        {"a new package and an automatic one", [](World& world) {
             world.packages.add(upgrades(2));
             world.packages.automatics = {"p000"};
             Patch fresh = upgrade("fresh");
             fresh.installed_version.clear();
             world.packages.add({fresh});
         }, "fresh Installed; p000 Installed; p001 Installed"},
        {"a reboot is needed", [](World& world) {
             world.packages.add(upgrades(2));
             world.packages.need = RebootNeed{.required = true, .reasons = {"linux-image"}};
         }, "p000 Installed; p001 Installed"},
        {"an archive cannot be fetched", [](World& world) {
             world.packages.add(upgrades(2));
             world.packages.downloaded.failures = {{{"p001", "1.1"}, Reason::download_failed, "404"}};
         }, "p000 Installed; p001 Failed"},
        {"one fails and leaves the others half done", [](World& world) {
             world.packages.add(upgrades(3));
             world.packages.failing["p000"] = {{}, Reason::script_failed, "exit status 7"};
             world.packages.half_done = {"p001", "p002"};
         }, "p000 Failed; p001 Installed; p002 Installed"},
        {"with hooks", [](World& world) {
             world.packages.add(upgrades(2));
             add_hooks(world);
         }, "p000 Installed; p001 Installed"},
        {"a hook forbids it", [](World& world) {
             world.packages.add(upgrades(2));
             add_hooks(world);
             world.settings.hooks.pre_install = {{"/hooks/no"}};
             world.machine.processes.answer({"/hooks/no"}, Answer::exits(1, "not now"));
         }, "p000 Pending; p001 Pending"},
        {"the disk is full", [](World& world) {
             world.packages.add(upgrades(2));
             world.packages.downloaded.refused = Refusal{Reason::disk_full, "12 MB are missing in /var/cache"};
         }, "p000 Failed; p001 Failed"},
        {"another program holds the lock all night", [](World& world) {
             world.packages.add(upgrades(2));
             world.packages.refusal = Refusal{Reason::lock_held, "held by process 11 (apt-get)"};
         }, "p000 Pending; p001 Pending"},
        {"held, kept back, of another class", [](World& world) {
             world.packages.add(upgrades(1));
             Patch held = upgrade("held");
             held.held_back = HeldBack::held;
             held.reason = Reason::held;
             world.packages.add({held, upgrade("other", Classification::other)});
         }, "held Excluded; other NotSelected; p000 Installed"},
    };
}

/// What an uninterrupted life ends with, whatever the number of runs it took.
struct End {
    std::map<std::string, std::string> told;  ///< of each patch, what the last report that had it said
    std::set<std::string> installed;
    std::set<std::string> automatic;
    std::size_t critical_and_security = 0;

    friend bool operator==(const End&, const End&) = default;
};

End end_of(World& world) {
    const PatchStatus status = world.state.patch_status();
    std::map<std::string, std::string> told;
    std::vector<Installation> reports = installations(world);
    std::ranges::reverse(reports);
    for (const Installation& report : reports) {
        for (const PatchResult& result : report.patches) {
            told[result.patch.id.name] = fmt::format("{} {}", to_wire(result.state), result.patch.reason ? to_wire(*result.patch.reason) : "");
        }
    }
    return {told, world.packages.installed, world.packages.automatics,
            status.available ? status.available->critical_and_security : 0};
}

void live_on(World& world) {
    restart(world);
    world.install();
    restart(world);
    world.finish();
}

enum class After { power_cut, sigkill };

/// The service comes back, and goes on until nothing is open; a run that nobody knows of is begun again.
void serve_on(World& world, After after) {
    const auto come_back = [&] {
        if (after == After::power_cut) restart(world);
        world.machine.files.restore_power();
    };
    come_back();
    world.go_on();
    if (installations(world).empty()) world.install(world.automatic());
    restart(world);
    world.go_on();
}

}  // namespace

TEST_CASE("every scenario ends as it should when nothing interferes") {
    for (const Scenario& scenario : scenarios()) {
        INFO(scenario.name);
        World world;
        scenario.arrange(world);
        InstallReport report = world.install();
        if (std::holds_alternative<Rebooting>(report.state)) {
            CHECK(report.installation.reboot_status == RebootStatus::started);
            CHECK(world.machine.rebooter.scheduled.size() == 1);
            restart(world);
            const auto finished = world.finish();
            REQUIRE(finished);
            report = *finished;
            CHECK(report.installation.reboot_status == RebootStatus::completed);
        }
        CHECK_FALSE(report.not_recorded);
        if (!scenario.end.empty()) CHECK(tell(report.installation) == scenario.end);
        CHECK(world.packages.broken.size() == world.packages.failing.size());
        check_nothing_is_open(world);
        const auto stored = world.state.installation(report.installation.activity_id);
        REQUIRE(stored);
        CHECK(stored->patches == report.installation.patches);
    }
}

TEST_CASE("a power cut after any durable write changes nothing about the end") {
    for (const Scenario& scenario : scenarios()) {
        World undisturbed;
        scenario.arrange(undisturbed);
        undisturbed.install();
        live_on(undisturbed);
        const End wanted = end_of(undisturbed);
        const int writes = undisturbed.machine.files.durable_writes();
        for (int cut = 0; cut <= writes; ++cut) {
            INFO(scenario.name << ", power cut after " << cut << " durable writes");
            World world;
            scenario.arrange(world);
            world.machine.files.cut_power_after(cut);
            world.install();
            live_on(world);
            CHECK(end_of(world) == wanted);
            check_nothing_is_open(world);
        }
    }
}

TEST_CASE("the service goes on with its run after any durable write, to the same end in the same run") {
    for (const After after : {After::power_cut, After::sigkill}) {
        for (const Scenario& scenario : scenarios()) {
            World undisturbed;
            scenario.arrange(undisturbed);
            undisturbed.install(undisturbed.automatic());
            restart(undisturbed);
            undisturbed.go_on();
            const End wanted = end_of(undisturbed);
            const int writes = undisturbed.machine.files.durable_writes();
            for (int cut = 0; cut <= writes; ++cut) {
                INFO(scenario.name << (after == After::power_cut ? ", power cut" : ", SIGKILL") << " after " << cut << " durable writes");
                World world;
                scenario.arrange(world);
                world.machine.files.cut_power_after(cut);
                world.install(world.automatic());
                serve_on(world, after);
                CHECK(end_of(world) == wanted);
                CHECK(installations(world).size() == 1);
                CHECK(world.machine.rebooter.holding == 0);
                check_nothing_is_open(world);
            }
        }
    }
}

TEST_CASE("a second power cut while the service goes on changes nothing either") {
    for (const Scenario& scenario : scenarios()) {
        if (scenario.name == "three batches") continue;  // as the others, and a hundred times as long
        World undisturbed;
        scenario.arrange(undisturbed);
        undisturbed.install(undisturbed.automatic());
        restart(undisturbed);
        undisturbed.go_on();
        const End wanted = end_of(undisturbed);
        const int writes = undisturbed.machine.files.durable_writes();
        for (int first = 1; first <= writes; ++first) {
            for (int second = first % 9; second <= writes; second += 9) {
                INFO(scenario.name << ", power cuts after " << first << " and " << second << " durable writes");
                World world;
                scenario.arrange(world);
                world.machine.files.cut_power_after(first);
                world.install(world.automatic());
                restart(world);
                world.machine.files.cut_power_after(second);
                world.go_on();
                serve_on(world, After::power_cut);
                if (end_of(world) != wanted) FAIL_CHECK("another end");
                check_nothing_is_open(world);
            }
        }
    }
}
