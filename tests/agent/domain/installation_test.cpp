#include "agent/domain/installation.hpp"

#include "tests/agent/patches.hpp"
#include "tests/catch.hpp"

using namespace guestpatch;
using enum InstallationState;

namespace {

Patch held_back(HeldBack how, Reason reason, Classification classification = Classification::security) {
    Patch patch = upgrade("held", classification);
    patch.held_back = how;
    patch.reason = reason;
    return patch;
}

PatchResult ended(InstallationState state, std::optional<Reason> reason = std::nullopt) {
    Patch patch = upgrade("some");
    patch.reason = reason;
    return {.patch = patch, .state = state};
}

InstallationRequest security_only() { return {.selection = {.classifications = {Classification::critical, Classification::security}}}; }

}  // namespace

TEST_CASE("each pending patch has its place before anything is tried") {
    struct Row {
        const char* story;
        Patch patch;
        InstallationState state;
        std::optional<Reason> reason;
    };
    Patch kernel = upgrade("linux-image");
    kernel.reboot = RebootBehavior::always_requires_reboot;
    InstallationRequest request = security_only();
    request.exclude_reboot = true;
    request.selection.exclude = {{"no-*"}};
    const std::vector<Row> rows{
        {"to be installed", upgrade("yes"), pending, std::nullopt},
        {"another class", upgrade("other", Classification::other), not_selected, Reason::not_selected},
        {"excluded", upgrade("no-thanks"), excluded, Reason::excluded},
        {"excluded wins over another class", upgrade("no-other", Classification::other), excluded, Reason::excluded},
        {"wants a reboot", kernel, excluded, Reason::reboot_excluded},
        {"held", held_back(HeldBack::held, Reason::held), excluded, Reason::held},
        {"pinned", held_back(HeldBack::pinned, Reason::pinned), excluded, Reason::pinned},
        {"phased", held_back(HeldBack::phased, Reason::phased), pending, Reason::phased},
        {"kept back", held_back(HeldBack::kept_back, Reason::kept_back), pending, Reason::kept_back},
        {"would remove", held_back(HeldBack::would_remove, Reason::would_remove), pending, Reason::would_remove},
        {"held, of another class", held_back(HeldBack::held, Reason::held, Classification::other), not_selected, Reason::not_selected},
    };
    for (const Row& row : rows) {
        INFO(row.story);
        const PatchResult result = dispose(request, {row.patch}).at(0);
        CHECK(result.state == row.state);
        CHECK(result.patch.reason == row.reason);
    }
}

TEST_CASE("a run is called what it was") {
    struct Row {
        const char* story;
        Installation run;
        OperationStatus status;
    };
    constexpr auto fine = OperationStatus::succeeded;
    constexpr auto warned = OperationStatus::completed_with_warnings;
    const std::vector<Row> rows{
        {"nothing to do", {}, fine},
        {"all in", {.patches = {ended(installed), ended(not_selected), ended(excluded, Reason::held)}}, fine},
        {"phased waits as it should", {.patches = {ended(pending, Reason::phased)}}, fine},
        {"kept back", {.patches = {ended(installed), ended(pending, Reason::kept_back)}}, warned},
        {"kept back alone", {.patches = {ended(pending, Reason::kept_back)}}, warned},
        {"one failed", {.patches = {ended(installed), ended(failed, Reason::script_failed)}}, warned},
        {"all failed", {.patches = {ended(failed, Reason::script_failed)}}, OperationStatus::failed},
        {"the lock was never free", {.patches = {ended(pending, Reason::lock_held)}}, OperationStatus::failed},
        {"no time for any", {.patches = {ended(pending, Reason::no_time_left)}, .window_exceeded = true}, warned},
        {"a blind spot", {.patches = {ended(installed)}, .blind_spots = {{.source = "repo"}}}, warned},
        {"could not even look", {.errors = {{"PACKAGE_MANAGER_FAILURE", "assess", "no"}}}, OperationStatus::failed},
        {"interrupted", {.patches = {ended(installed)}, .errors = {{"OPERATION_INTERRUPTED", "install", "cut"}}}, warned},
    };
    for (const Row& row : rows) {
        INFO(row.story);
        CHECK(final_status(row.run) == row.status);
    }
}

TEST_CASE("errors name every patch that failed") {
    PatchResult failure = ended(failed, Reason::script_failed);
    failure.message = "exit status 7";
    const ApiError error = api_error(Installation{.patches = {ended(installed), failure}});
    CHECK(error.code == "1");
    CHECK(error.message == "1 error reported.");
    CHECK(error.details.at(0) == ErrorDetail{"PACKAGE_MANAGER_FAILURE", "some=1.1", "exit status 7"});
    CHECK(api_error(Installation{}).code == "0");
}
