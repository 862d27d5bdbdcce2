#include "agent/domain/batch_verdict.hpp"

#include "tests/agent/patches.hpp"
#include "tests/catch.hpp"

using namespace guestpatch;

namespace {

constexpr auto absent = Presence::absent;
constexpr auto broken = Presence::broken;
constexpr auto there = Presence::installed;

std::string tell(const BatchVerdict& verdict) {
    std::string text;
    for (const PatchResult& result : verdict.settled) {
        text += result.patch.id.name + (result.state == InstallationState::installed ? "+"
                                        : result.state == InstallationState::failed  ? "!"
                                                                                     : "?") + " ";
    }
    for (const auto& again : verdict.again) {
        text += "[";
        for (const Patch& patch : again) text += patch.id.name;
        text += "]";
    }
    return text;
}

}  // namespace

TEST_CASE("the package database decides what became of a batch") {
    struct Row {
        const char* story;
        std::vector<Presence> presence;
        InstallOutcome outcome;
        bool second;
        std::string told;
    };
    const PatchFailure p0{{"p000", "1.1"}, Reason::script_failed, "post-installation failed"};
    const auto refused = [](Reason reason) { return InstallOutcome{.refused = Refusal{reason, "no"}}; };
    const std::vector<Row> rows{
        {"all went in", {there, there, there, there}, {}, false, "p000+ p001+ p002+ p003+ "},
        {"all went in, although it complained of one", {there, there, there, there}, {.failures = {p0}}, false, "p000+ p001+ p002+ p003+ "},
        {"one is named, the rest is tried again", {absent, there, absent, there}, {.failures = {p0}}, false, "p000! p001+ p003+ [p002]"},
        {"one is half in, nobody named it", {broken, there, there, there}, {.complaint = "odd"}, false, "p001+ p002+ p003+ [p000]"},
        {"one stays half in", {broken, there, there, there}, {.complaint = "odd"}, true, "p001+ p002+ p003+ p000! "},
        {"a script failed, the others were only unpacked", {absent, broken, broken, there}, {.failures = {p0}}, false, "p000! p003+ [p001p002]"},
        {"the second try is the last", {there, there, absent, there}, {.failures = {}}, true, "p000+ p001+ p003+ p002! "},
        {"a refusal that blames nobody is halved", {absent, absent, absent, absent}, refused(Reason::prerequisite_missing), false, "[p000p001][p002p003]"},
        {"a refusal that blames one is not", {absent, absent, absent, absent}, {.failures = {p0}, .refused = Refusal{Reason::download_failed, "404"}}, false, "p000! [p001p002p003]"},
        {"a held lock stands for all", {absent, absent, absent, absent}, refused(Reason::lock_held), false, "p000? p001? p002? p003? "},
        {"a full disk stands for all", {absent, absent, absent, absent}, refused(Reason::disk_full), false, "p000! p001! p002! p003! "},
    };
    for (const Row& row : rows) {
        INFO(row.story);
        CHECK(tell(judge_batch(upgrades(4), row.presence, row.outcome, row.second)) == row.told);
    }
}

TEST_CASE("halving ends with the one patch that is refused") {
    const BatchVerdict verdict = judge_batch(upgrades(1), {absent}, {.refused = Refusal{Reason::would_remove, "removes victim"}}, false);
    REQUIRE(verdict.settled.size() == 1);
    CHECK(verdict.again.empty());
    CHECK(verdict.settled[0].state == InstallationState::failed);
    CHECK(verdict.settled[0].patch.reason == Reason::would_remove);
    CHECK(verdict.settled[0].message == "removes victim");
}

TEST_CASE("a patch that was planned to wait loses its reason when it is found installed") {
    Patch patch = upgrade("late");
    patch.reason = Reason::no_time_left;
    const BatchVerdict verdict = judge_batch({patch}, {there}, {}, false);
    CHECK(verdict.settled.at(0).patch.reason == std::nullopt);
}

TEST_CASE("a batch is damaged when something is half done that nobody is to blame for") {
    const std::vector<Patch> two = upgrades(2);
    const PatchFailure p0{{"p000", "1.1"}, Reason::script_failed, "no"};
    CHECK_FALSE(is_damaged(two, {there, there}, {}));
    CHECK_FALSE(is_damaged(two, {broken, there}, {.failures = {p0}}));
    CHECK(is_damaged(two, {broken, broken}, {.failures = {p0}}));
    CHECK(is_damaged(two, {there, there}, {.cut_short = true}));
}

TEST_CASE("a new package that came with nobody was not wanted after all") {
    Patch fresh = upgrade("fresh");
    fresh.installed_version.clear();
    const PatchResult result = judge_batch({fresh}, {absent}, {}, false).settled.at(0);
    CHECK(result.state == InstallationState::not_selected);
    CHECK(judge_batch({fresh}, {there}, {}, false).settled.at(0).state == InstallationState::installed);
    CHECK(judge_batch({fresh}, {broken}, {}, true).settled.at(0).state == InstallationState::failed);
}
