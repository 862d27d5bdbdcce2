// The administrator's hooks around an installation.
#include "agent/wire/installation_result.hpp"
#include "tests/scenarios/world.hpp"

using namespace guestpatch;

namespace {

const std::string output_of_pre = "drained";

void set_hooks(World& world) {
    world.packages.add(upgrades(2));
    world.settings.hooks = {.pre_install = {{"/hooks/drain", "--all"}, {"/hooks/pre"}}, .post_install = {{"/hooks/post"}},
                            .post_reboot = {{"/hooks/up"}}, .on_result = {{"/hooks/mail"}}, .timeout = 5min};
    auto& processes = world.machine.processes;
    processes.answer({"/hooks/drain"}, Answer::exits(0, output_of_pre));
    for (const char* name : {"/hooks/post", "/hooks/up", "/hooks/mail"}) processes.answer({name}, Answer::exits(0));
}

std::vector<std::string> hooks_run(World& world) {
    std::vector<std::string> lines;
    for (const std::string& line : world.machine.processes.command_lines()) {
        if (line.starts_with("/hooks/")) lines.push_back(line.substr(7));
    }
    return lines;
}

using Lines = std::vector<std::string>;

/// The values of the environment the last run of this hook was given.
std::string variable(World& world, const std::string& program, const std::string& name) {
    std::string value = "(not run)";
    for (const Command& command : world.machine.processes.commands()) {
        if (command.argv.at(0) != program) continue;
        value = "(unset)";
        for (const std::string& entry : command.environment) {
            if (entry.starts_with(name + "=")) value = entry.substr(name.size() + 1);
        }
    }
    return value;
}

}  // namespace

TEST_CASE("hooks run in their order, once each, and the report has what they said") {
    World world;
    set_hooks(world);
    world.machine.processes.answer({"/hooks/pre"}, Answer::exits(0, "", "ready \xff"));
    world.packages.need = RebootNeed{.required = true, .reasons = {"linux-image"}};
    world.packages.while_installing = [&](const Batch&) { CHECK(hooks_run(world) == Lines{"drain --all", "pre"}); };
    world.install();
    CHECK(hooks_run(world) == Lines{"drain --all", "pre", "post"});
    restart(world);
    const auto finished = world.finish();
    REQUIRE(finished);
    CHECK(hooks_run(world) == Lines{"drain --all", "pre", "post", "up", "mail"});
    const Installation& report = finished->installation;
    CHECK(report.status == OperationStatus::succeeded);
    REQUIRE(report.hooks.size() == 4);
    CHECK(report.hooks[0] == HookReport{Hook::pre_install, {"/hooks/drain", "--all"}, HookEnd::exited, 0, 0s, output_of_pre});
    CHECK(report.hooks[1].output == "ready \xEF\xBF\xBD");
    CHECK(report.hooks[3].hook == Hook::post_reboot);
    CHECK(variable(world, "/hooks/pre", "GUESTPATCH_HOOK") == "preInstall");
    CHECK(variable(world, "/hooks/pre", "GUESTPATCH_TO_INSTALL") == "2");
    CHECK(variable(world, "/hooks/post", "GUESTPATCH_INSTALLED") == "2");
    CHECK(variable(world, "/hooks/post", "GUESTPATCH_ACTIVITY_ID") == report.activity_id);
    CHECK(variable(world, "/hooks/up", "GUESTPATCH_REBOOT_STATUS") == "Completed");
    CHECK(variable(world, "/hooks/mail", "GUESTPATCH_STATUS") == "Succeeded");
    CHECK(variable(world, "/hooks/mail", "GUESTPATCH_WINDOW_CLOSES") == "2026-06-10T16:01:00Z");
}

TEST_CASE("onResult gets the final document on standard input, and cannot change it") {
    World world;
    set_hooks(world);
    world.machine.processes.answer({"/hooks/pre"}, Answer::exits(0));
    world.settings.hooks.on_result = {{"/hooks/broken"}};
    world.machine.processes.answer({"/hooks/broken"}, Answer::exits(9, "no mail today"));
    const InstallReport report = world.install();
    CHECK(report.installation.status == OperationStatus::succeeded);
    const auto given = decode_installation(world.machine.processes.commands().back().input);
    REQUIRE(given);
    CHECK(*given == *world.state.installation(report.installation.activity_id));
    CHECK(report.installation.hooks.size() == 3);
    check_nothing_is_open(world);
}

TEST_CASE("without anything to install no hook but onResult runs") {
    World world;
    set_hooks(world);
    world.packages.sight = Sight{};
    world.install();
    CHECK(hooks_run(world) == Lines{"mail"});
}

TEST_CASE("a preInstall hook that fails keeps everything out") {
    World world;
    set_hooks(world);
    std::string why;
    SECTION("by its exit status") {
        world.machine.processes.answer({"/hooks/pre"}, Answer::exits(3, "not now"));
        why = "exit status 3";
    }
    SECTION("by a signal") {
        world.machine.processes.answer({"/hooks/pre"}, {.outcome = Completion{.end = RunEnd::signalled, .code = 11}});
        why = "signal 11";
    }
    SECTION("by taking too long") {
        world.machine.processes.answer({"/hooks/pre"}, {.takes = 10min});
        why = "ended after 5 min";
    }
    SECTION("by not being there") { why = "/hooks/pre"; }
    world.packages.need = RebootNeed{.required = true, .reasons = {"linux-image"}};
    const InstallReport report = world.install();
    const Installation& result = report.installation;
    CHECK(result.status == OperationStatus::failed);
    CHECK(world.packages.batches.empty());
    CHECK(std::ranges::count(world.packages.calls, "download") == 0);
    CHECK(tell(result) == "p000 Pending; p001 Pending");
    CHECK(result.patches[0].patch.reason == Reason::no_time_left);
    CHECK(result.patches[0].message.contains(why));
    REQUIRE(result.errors.size() == 1);
    CHECK(result.errors[0].code == "HOOK_FAILED");
    CHECK(result.errors[0].target == "preInstall");
    CHECK(result.errors[0].message.contains(why));
    CHECK(result.reboot_status == RebootStatus::required);  // not now means no reboot either
    CHECK(hooks_run(world) == Lines{"drain --all", "pre", "mail"});
    check_nothing_is_open(world);
}

TEST_CASE("a preInstall hook that fails may be passed over, if the configuration says so") {
    World world;
    set_hooks(world);
    world.settings.hooks.proceed_on_pre_failure = true;
    world.machine.processes.answer({"/hooks/pre"}, Answer::exits(3));
    const InstallReport report = world.install();
    CHECK(report.installation.status == OperationStatus::succeeded);
    CHECK(report.installation.notes.at(0).code == "HOOK_FAILED");
    CHECK(hooks_run(world) == Lines{"drain --all", "pre", "post", "mail"});
}

TEST_CASE("a later hook that fails is a warning, and the next one runs all the same") {
    World world;
    set_hooks(world);
    world.machine.processes.answer({"/hooks/pre"}, Answer::exits(0));
    world.settings.hooks.post_install = {{"/hooks/broken"}, {"/hooks/post"}};
    world.machine.processes.answer({"/hooks/broken"}, Answer::exits(1));
    const InstallReport report = world.install();
    CHECK(report.installation.status == OperationStatus::completed_with_warnings);
    CHECK(report.installation.errors.at(0).target == "postInstall");
    CHECK(hooks_run(world) == Lines{"drain --all", "pre", "broken", "post", "mail"});
}

TEST_CASE("what was prepared is followed up, also by the command that only ends the run") {
    World world;
    set_hooks(world);
    world.machine.processes.answer({"/hooks/pre"}, Answer::exits(0));
    world.packages.while_installing = [&world](const Batch&) { world.machine.files.cut_power_after(0); };
    world.install();
    restart(world);
    world.finish();
    CHECK(hooks_run(world) == Lines{"drain --all", "pre", "post", "mail"});
    check_nothing_is_open(world);
}

TEST_CASE("a stop request while a hook runs leaves the service's run for the next start") {
    World world;
    set_hooks(world);
    int asked = 0;
    world.machine.processes.behave([](const Command& command) { return command.argv.at(0) == "/hooks/pre"; },
                                   [&](const Command&) {
                                       if (++asked > 1) return Answer::exits(0);
                                       world.stop.request_stop();
                                       return Answer{.outcome = Completion{.end = RunEnd::cancelled}};
                                   });
    const InstallReport halted = world.install(world.automatic());
    CHECK(halted.installation.status == OperationStatus::in_progress);
    CHECK(std::holds_alternative<Installing>(world.state.journal()));
    const auto finished = world.go_on();
    REQUIRE(finished);
    CHECK(tell(finished->installation) == "p000 Installed; p001 Installed");
    CHECK(finished->installation.status == OperationStatus::succeeded);
    CHECK(asked == 2);
    check_nothing_is_open(world);
}
