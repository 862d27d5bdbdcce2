#include "agent/domain/lifecycle.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <sstream>

#include "agent/wire/enums.hpp"
#include "tests/catch.hpp"

using namespace guestpatch;
using namespace std::chrono_literals;

namespace {

const Instant noon{std::chrono::sys_days(std::chrono::year(2026) / 6 / 10) + 12h};
const Run run{.activity_id = "11111111-2222-4333-8444-555555555555",
              .started_by = StartedBy::platform,
              .unattended = true,
              .began = {noon, BootTime(1000s), "boot-1"},
              .window = {noon, noon + 4h},
              .reboot_reserve = 23min,
              .reboot_warning = 3min,
              .reboots_left = 2};

template <class T>
struct Named {
    std::string name;
    T value;
};

/// The run, but for what `change` makes of it.
template <class Change>
Run run_with(Change change) {
    Run changed = run;
    change(changed);
    return changed;
}

std::vector<Named<State>> all_states() {
    const Run prepared = run_with([](Run& changed) { changed.prepared = true; });
    const Run interrupted = run_with([](Run& changed) { changed.interrupted = true; });
    const Run too_often = run_with([](Run& changed) { changed.interruptions = most_interruptions; });
    const Run of_a_person = run_with([](Run& changed) { changed.unattended = false; });
    const std::string job = following_job(run, "");
    std::vector<Named<State>> states{{"Idle", Idle()},
                                     {"Assessing", Assessing{run}},
                                     {"Assessing, repaired", Assessing{run, true}},
                                     {"Assessing, repaired, prepared", Assessing{prepared, true, job}}};
    for (const Stage stage : {Stage::repairing, Stage::checking, Stage::asking, Stage::preparing, Stage::downloading, Stage::installing, Stage::mending,
                              Stage::tidying, Stage::following_up, Stage::judging_reboot}) {
        states.push_back({fmt::format("Installing, {}", to_wire(stage)), Installing{run, stage, job}});
    }
    states.push_back({"Installing, Preparing, once more", Installing{prepared, Stage::preparing, job}});
    states.push_back({"Installing, Tidying, prepared", Installing{prepared, Stage::tidying, job}});
    states.push_back({"Installing, Repairing, only to be ended", Installing{interrupted, Stage::repairing, job}});
    states.push_back({"Installing, Installing, interrupted too often", Installing{too_often, Stage::installing, job}});
    states.push_back({"Installing, Installing, a person's", Installing{of_a_person, Stage::installing, job}});
    states.push_back({"AwaitingReboot", AwaitingReboot{run, "kernel"}});
    states.push_back({"AwaitingReboot, prepared", AwaitingReboot{prepared, "kernel"}});
    states.push_back({"AwaitingReboot, a person's", AwaitingReboot{of_a_person, "kernel"}});
    states.push_back({"Rebooting", Rebooting{run, noon + 1h}});
    states.push_back({"Rebooting, arranged", Rebooting{run, noon + 1h, true}});
    for (const Ending ending : {Ending::checking, Ending::concluding, Ending::telling}) {
        states.push_back({fmt::format("Verifying, {}", to_wire(ending)), Verifying{.run = run, .ending = ending}});
    }
    for (const Ending ending : {Ending::greeting, Ending::checking, Ending::concluding}) {
        states.push_back({fmt::format("Verifying, {}, after the reboot", to_wire(ending)),
                          Verifying{.run = run, .reboot = RebootStatus::completed, .ending = ending}});
    }
    return states;
}

std::vector<Named<Event>> all_events() {
    const std::string job = following_job(run, "");
    const Moment same{noon + 30min, BootTime(2800s), "boot-1"};
    const Moment late{noon + 3h, BootTime(11800s), "boot-1"};
    const Moment over{noon + 4h, BootTime(15400s), "boot-1"};
    const Moment other{noon + 30min, BootTime(10s), "boot-2"};
    return {{"InstallRequested", InstallRequested{run}},
            {"Assessed, failed", Assessed{.failed = true}},
            {"Assessed, repair needed", Assessed{.repair_needed = true, .anything_to_install = true}},
            {"Assessed, nothing to install", Assessed{}},
            {"Assessed, something to install", Assessed{.anything_to_install = true}},
            {"Repaired", Repaired{}},
            {"Repaired, a batch fits", Repaired{.next_job = following_job(run, job)}},
            {"Repaired, left running", Repaired{.left_running = true}},
            {"HealthChecked", HealthChecked{}},
            {"HealthChecked, forbidden", HealthChecked{true}},
            {"Admitted", Admitted{}},
            {"Refused", Refused{5min, "held by db-7"}},
            {"Downloaded, a batch fits", Downloaded{job}},
            {"Downloaded, none does", Downloaded{}},
            {"BatchEnded, another fits", BatchEnded{.next_job = following_job(run, job)}},
            {"BatchEnded, none left", BatchEnded{}},
            {"BatchEnded, damaged", BatchEnded{.damaged = true}},
            {"BatchEnded, left running", BatchEnded{.left_running = true}},
            {"MarksRestored", MarksRestored{}},
            {"HooksRan", HooksRan{}},
            {"HooksRan, forbidden", HooksRan{true}},
            {"RebootJudged, make one", RebootJudged{RebootStatus::started, "kernel"}},
            {"RebootJudged, none", RebootJudged{}},
            {"WayCleared", WayCleared{}},
            {"RebootAnnounced", RebootAnnounced{noon}},
            {"RebootArranged", RebootArranged{}},
            {"RebootArranged, refused", RebootArranged{"no"}},
            {"Concluded", Concluded{}},
            {"Halted", Halted{}},
            {"Woke", Woke{same}},
            {"Woke, may continue", Woke{same, true}},
            {"Woke, may continue, the window is over", Woke{over, true}},
            {"Woke, much later", Woke{late}},
            {"Woke, after a reboot", Woke{other}},
            {"Woke, after a reboot, may continue", Woke{other, true}}};
}

std::string describe(const State& state) {
    std::string words(name_of(state));
    if (const auto* installing = std::get_if<Installing>(&state)) words += fmt::format(", {}", to_wire(installing->stage));
    if (const auto* verifying = std::get_if<Verifying>(&state)) {
        words += fmt::format(", {}, reboot {}", to_wire(verifying->ending), to_wire(verifying->reboot));
    }
    if (const auto* rebooting = std::get_if<Rebooting>(&state); rebooting != nullptr && rebooting->arranged) words += ", arranged";
    const Run* of = run_of(state);
    return of != nullptr && of->interrupted ? words + ", only to be ended" : words;
}

std::string describe(const Effect& effect) {
    struct {
        std::string operator()(std::monostate) const { return ""; }
        std::string operator()(const Assess& order) const { return order.refresh ? "Assess" : "Assess, without a refresh"; }
        std::string operator()(const RepairMachine& order) const {
            return order.leftovers.empty() ? "RepairMachine" : "RepairMachine, collect what is left first";
        }
        std::string operator()(const CheckHealth& order) const {
            return order.moment == HealthMoment::before ? "CheckHealth, before" : "CheckHealth, after";
        }
        std::string operator()(const AskAdmission& order) const { return fmt::format("AskAdmission, {}", to_wire(order.purpose)); }
        std::string operator()(const RunHooks& order) const { return fmt::format("RunHooks, {}", to_wire(order.hook)); }
        std::string operator()(const ClearTheWay&) const { return "ClearTheWay"; }
        std::string operator()(const DownloadArchives&) const { return "DownloadArchives"; }
        std::string operator()(const RunBatch&) const { return "RunBatch"; }
        std::string operator()(const RestoreMarks&) const { return "RestoreMarks"; }
        std::string operator()(const JudgeReboot&) const { return "JudgeReboot"; }
        std::string operator()(const AnnounceReboot&) const { return "AnnounceReboot"; }
        std::string operator()(const ArrangeReboot&) const { return "ArrangeReboot"; }
        std::string operator()(const Conclude& order) const { return order.look_again ? "Conclude, look again" : "Conclude"; }
    } words;
    return std::visit(words, effect);
}

/// Every State with every Event; pairs that change nothing are left out of the table.
std::string walk() {
    std::string table = "| state | event | next state | order |\n|---|---|---|---|\n";
    for (const auto& [state_name, state] : all_states()) {
        for (const auto& [event_name, event] : all_events()) {
            const Step next = step(state, event);
            const bool waits = std::holds_alternative<std::monostate>(next.effect);
            if (waits && next.state == state) continue;
            table += fmt::format("| {} | {} | {} | {} |\n", state_name, event_name, describe(next.state), describe(next.effect));
        }
    }
    return table;
}

}  // namespace

TEST_CASE("the documentation shows what every state makes of every event") {
    std::ifstream file(GUESTPATCH_TESTS "/../docs/development/state-machine.md");
    std::stringstream document;
    document << file.rdbuf();
    const std::string table = walk();
    const bool shown = document.str().contains(table);
    if (!shown) std::cout << "docs/development/state-machine.md has to hold this table:\n\n" << table << "\n";
    CHECK(shown);
}

TEST_CASE("no state is a dead end for a process that finds it") {
    for (const auto& [name, state] : all_states()) {
        INFO(name);
        if (std::holds_alternative<Idle>(state)) continue;
        const Moment tomorrow{noon + 24h, BootTime(100s), "boot-2"};
        CHECK_FALSE(std::holds_alternative<std::monostate>(step(state, Woke{tomorrow}).effect));
    }
}

TEST_CASE("a run goes on in its window only, and not for ever") {
    const Moment in_time{noon + 1h, BootTime(4600s), "boot-1"};
    const auto goes_on = [](const Run& found, const Moment& now) {
        const State next = step(Installing{found, Stage::installing, following_job(found, "")}, Woke{now, true}).state;
        return !std::get<Installing>(next).run.interrupted;
    };
    CHECK(goes_on(run, in_time));
    CHECK_FALSE(goes_on(run, {noon + 4h, BootTime(15400s), "boot-1"}));
    CHECK_FALSE(goes_on(run, {noon - 24h, BootTime(15400s), "boot-1"}));  // the clock was set back: the other one knows
    CHECK_FALSE(goes_on(run_with([](Run& changed) { changed.unattended = false; }), in_time));
    CHECK_FALSE(goes_on(run_with([](Run& changed) { changed.interrupted = true; }), in_time));
    State state = Installing{run, Stage::installing, following_job(run, "")};
    for (int times = 1; times <= most_interruptions; ++times) {
        state = step(state, Woke{in_time, true}).state;
        CHECK_FALSE(run_of(state)->interrupted);
    }
    state = step(state, Woke{in_time, true}).state;
    CHECK(run_of(state)->interrupted);
    CHECK(run_of(state)->interruptions == most_interruptions + 1);
}

TEST_CASE("a run that goes on in another boot is bound by that boot's clock") {
    const State found = Installing{run, Stage::installing, following_job(run, "")};
    const Moment booted{noon + 1h, BootTime(10s), "boot-2"};
    const Run taken_up = *run_of(step(found, Woke{booted, true}).state);
    CHECK(taken_up.began == booted);
    CHECK(window_left(taken_up, booted) == 3h);
    CHECK(window_left(taken_up, {noon - 24h, BootTime(10s) + 2h, "boot-2"}) == 1h);
    // A clock that was set back while the machine was down buys no more than the whole window, once.
    const Moment yesterday{noon - 24h, BootTime(10s), "boot-2"};
    const Run set_back = *run_of(step(found, Woke{yesterday, true}).state);
    CHECK(window_left(set_back, yesterday) == 4h);
    CHECK(window_left(set_back, {noon - 23h, BootTime(10s) + 1h, "boot-2"}) == 3h);
    // And a reboot is told from a mere restart of this program by the boot the run was taken up in.
    const State rebooting = Rebooting{taken_up, booted.wall + 3min};
    CHECK(step(rebooting, Woke{{noon + 61min, BootTime(70s), "boot-2"}}).state == rebooting);
    CHECK(std::get<Verifying>(step(rebooting, Woke{{noon + 65min, BootTime(9s), "boot-3"}}).state).reboot == RebootStatus::completed);
}

TEST_CASE("what may still run keeps its name to itself") {
    const State found = Installing{run, Stage::installing, following_job(run, "")};
    State state = step(found, Woke{run.began, true}).state;
    state = step(state, Repaired{}).state;
    state = step(state, Assessed{.anything_to_install = true}).state;
    const auto& installing = std::get<Installing>(state);
    CHECK(following_job(installing.run, installing.job).ends_with("-3"));
}

TEST_CASE("what is left of a window is the smaller answer of two clocks, less the reserve") {
    struct Row {
        const char* story;
        Moment now;
        seconds left;
    };
    const seconds whole = 4h - 23min;
    const Row rows[]{
        {"at its beginning", run.began, whole},
        {"an hour later", {noon + 1h, BootTime(4600s), "boot-1"}, whole - 1h},
        {"the clock was set back", {noon - 5h, BootTime(4600s), "boot-1"}, whole - 1h},
        {"the clock was set ahead", {noon + 3h, BootTime(1001s), "boot-1"}, whole - 3h},
        {"after a reboot only the wall clock counts", {noon + 2h, BootTime(5s), "boot-2"}, whole - 2h},
        {"it is over", {noon + 4h, BootTime(15400s), "boot-1"}, 0s},
    };
    for (const Row& row : rows) {
        INFO(row.story);
        CHECK(time_left(run, row.now) == row.left);
    }
    Run without = run;
    without.reboot_setting = RebootSetting::never;
    CHECK(time_left(without, run.began) == 4h);
    without = run;
    without.reboots_left = 0;
    CHECK(time_left(without, run.began) == 4h);
}

TEST_CASE("jobs are numbered through") {
    const std::string first = following_job(run, "");
    CHECK(first == "guestpatch-11111111-2222-4333-8444-555555555555-1");
    CHECK(following_job(run, first).ends_with("-2"));
    CHECK(following_job(run, "guestpatch-x-9").ends_with("-10"));
}

TEST_CASE("a run that is interrupted again and again forgets no job") {
    State state = Installing{run, Stage::installing, following_job(run, "")};
    for (int times = 0; times < 3; ++times) state = step(state, Woke{run.began}).state;
    const auto& installing = std::get<Installing>(state);
    CHECK(installing.job.ends_with("-4"));
    CHECK(installing.leftovers.size() == 3);
    CHECK(std::get<Installing>(step(state, Repaired{}).state).leftovers.empty());
}

TEST_CASE("a reboot that did not come is given up by either clock") {
    const State rebooting = Rebooting{run, noon + 3min, true};
    const auto gives_up = [&](const Moment& now) { return !std::holds_alternative<std::monostate>(step(rebooting, Woke{now}).effect); };
    CHECK_FALSE(gives_up({noon + 10min, run.began.boot + 10min, "boot-1"}));
    CHECK(gives_up({noon + 18min, run.began.boot + 18min, "boot-1"}));
    CHECK(gives_up({noon - 24h, run.began.boot + 18min, "boot-1"}));
}

TEST_CASE("an admission bounds the batches, not the window and not the reboot") {
    const State asking = Installing{run, Stage::asking};
    const Moment now{noon, BootTime(1000s), "boot-1"};
    const auto left = [&](const Admitted& admitted) { return time_left(*run_of(step(asking, admitted).state), now); };
    CHECK(left(Admitted{noon + 1h}) == 1h);
    CHECK(left(Admitted{noon - 1h}) == 0s);
    CHECK(left(Admitted{noon + 9h}) == 4h - 23min);
    CHECK(left(Admitted{}) == 4h - 23min);
    const Run bounded = *run_of(step(asking, Admitted{noon + 1h}).state);
    CHECK(window_left(bounded, now) == 4h);
    CHECK(time_left_for_reboot(bounded, now) == 4h - 23min);
}
