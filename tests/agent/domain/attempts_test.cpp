#include "agent/domain/attempts.hpp"

#include <fmt/format.h>

#include "tests/agent/patches.hpp"
#include "tests/catch.hpp"

using namespace guestpatch;
using namespace std::chrono_literals;

namespace {

const Instant noon{std::chrono::sys_days(std::chrono::year(2026) / 6 / 10) + 12h};

/// A run that installed these.
Installation run_of(const std::string& id, const std::vector<Patch>& patches, InstallationState state = InstallationState::installed) {
    Installation made{.activity_id = id};
    for (const Patch& patch : patches) made.patches.push_back({.patch = patch, .state = state});
    return made;
}

std::vector<PatchResult> pending(const std::vector<Patch>& patches) {
    return run_of("", patches, InstallationState::pending).patches;
}

}  // namespace

TEST_CASE("a version that was installed twice and is pending again is not tried a third time") {
    Attempts attempts = after_run({}, run_of("first", upgrades(2)), noon);
    std::vector<PatchResult> wanted = pending(upgrades(2));
    CHECK(break_loops(wanted, attempts, noon + 24h).empty());
    attempts = after_run(attempts, run_of("second", {upgrade("p001")}), noon + 24h);
    CHECK(break_loops(wanted, attempts, noon + 48h) == std::vector<std::string>{"p001"});
    CHECK_FALSE(wanted[0].patch.reason);
    CHECK(wanted[1].state == InstallationState::pending);
    CHECK(wanted[1].patch.reason == Reason::loop_broken);
    CHECK(wanted[1].message.contains("2026-06-11T12:00:00Z"));
}

TEST_CASE("one run counts once, however often it is told") {
    Attempts attempts = after_run({}, run_of("first", upgrades(1)), noon);
    attempts = after_run(attempts, run_of("first", upgrades(1)), noon);
    CHECK(attempts.patches.at(0).installed == 1);
}

TEST_CASE("what failed, was left out or is another architecture's is no attempt") {
    Attempts attempts = after_run({}, run_of("first", upgrades(1), InstallationState::failed), noon);
    CHECK(attempts.patches.empty());
    Patch other = upgrade("p000");
    other.architecture = "i386";
    for (const char* run : {"first", "second"}) attempts = after_run(attempts, run_of(run, {other}), noon);
    std::vector<PatchResult> wanted = pending(upgrades(1));
    CHECK(break_loops(wanted, attempts, noon).empty());
}

TEST_CASE("a newer version, or a month, makes it forgotten") {
    Attempts attempts;
    for (const char* run : {"first", "second"}) attempts = after_run(attempts, run_of(run, upgrades(1)), noon);
    std::vector<PatchResult> wanted = pending(upgrades(1));
    SECTION("a month") {
        CHECK(break_loops(wanted, attempts, noon + std::chrono::days(31)).empty());
        CHECK(after_run(attempts, run_of("third", {}), noon + std::chrono::days(31)).patches.empty());
    }
    SECTION("a clock that was far ahead then") {
        CHECK(break_loops(wanted, attempts, noon - std::chrono::days(365)).empty());
    }
    SECTION("a newer version") {
        wanted[0].patch.id.version = "9";
        CHECK(break_loops(wanted, attempts, noon).empty());
        CHECK(after_run(attempts, run_of("third", {wanted[0].patch}, InstallationState::pending), noon).patches.empty());
        const Attempts next = after_run(attempts, run_of("third", {wanted[0].patch}), noon);
        CHECK(next.patches.at(0).installed == 1);
    }
}

TEST_CASE("the ledger is bounded, and drops the oldest") {
    Attempts attempts;
    for (int i = 0; i < 3; ++i) {
        std::vector<Patch> patches = upgrades(900);
        for (Patch& patch : patches) patch.id.name += fmt::format("-{}", i);
        attempts = after_run(attempts, run_of(fmt::format("run {}", i), patches), noon + std::chrono::hours(i));
    }
    CHECK(attempts.patches.size() == most_remembered);
    CHECK(std::ranges::count(attempts.patches, "run 0", &Attempt::run) == 200);
}

TEST_CASE("a reboot that mended nothing is known by its reasons") {
    const Attempts attempts{.reboot = FruitlessReboot{{"linux-image", "libc6"}, noon}};
    CHECK(is_fruitless(attempts, {.required = true, .reasons = {"libc6", "linux-image"}}, noon + 24h));
    CHECK_FALSE(is_fruitless(attempts, {.required = true, .reasons = {"libc6"}}, noon + 24h));
    CHECK_FALSE(is_fruitless(attempts, {.required = false, .reasons = {"libc6", "linux-image"}}, noon + 24h));
    CHECK_FALSE(is_fruitless(attempts, {.required = true, .reasons = {"libc6", "linux-image"}}, noon + std::chrono::days(31)));
    CHECK_FALSE(is_fruitless({}, {.required = true}, noon));
}
