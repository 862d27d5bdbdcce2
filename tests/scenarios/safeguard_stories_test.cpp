// Whether the machine is well, and whether the fleet lets it go on: before patches, before a reboot, afterwards.
#include "platform/messages.hpp"
#include "tests/fakes/host_double.hpp"
#include "tests/scenarios/world.hpp"

using namespace guestpatch;

namespace {

struct Guarded {
    World world;
    HostDouble host{world.machine.processes};

    Guarded() {
        world.settings.host.url = "https://host.example/v1";
        world.settings.host.admission = true;
        world.packages.add({upgrade("openssl")});
    }
};

const PatchResult& only(const InstallReport& report) {
    REQUIRE(report.installation.patches.size() == 1);
    return report.installation.patches.front();
}

}  // namespace

TEST_CASE("A machine that is admitted installs, and what it asked is on record", "[safeguards]") {
    Guarded one;
    one.world.settings.place.zone = "2";
    const InstallReport report = one.world.install();
    CHECK(report.installation.status == OperationStatus::succeeded);
    CHECK_FALSE(report.ask_again);
    REQUIRE(one.host.calls.size() == 1);
    CHECK(one.host.calls.front().path.ends_with("/admissions"));
    CHECK(one.host.calls.front().body.contains(R"("purpose":"install")"));
    CHECK(one.host.calls.front().body.contains(R"("zone":"2")"));
    check_nothing_is_open(one.world);
}

TEST_CASE("Without the configuration's word nobody is asked", "[safeguards]") {
    Guarded one;
    one.world.settings.host.admission = false;
    CHECK(one.world.install().installation.status == OperationStatus::succeeded);
    CHECK(one.host.calls.empty());
}

TEST_CASE("Who is refused installs nothing, reboots nothing, and says who is in the way", "[safeguards]") {
    Guarded one;
    one.host.admission = R"({"granted":false,"retryAfterSeconds":120,"holder":"db-7"})";
    one.world.packages.need = RebootNeed{.required = true, .reasons = {"kernel"}};
    const InstallReport report = one.world.install();
    CHECK(only(report).state == InstallationState::pending);
    CHECK(only(report).patch.reason == Reason::not_admitted);
    CHECK(only(report).message.contains("db-7"));
    CHECK(report.ask_again == 120s);
    CHECK(report.installation.status != OperationStatus::succeeded);
    CHECK(one.world.packages.installed.empty());
    CHECK(one.world.machine.rebooter.scheduled.empty());
    check_nothing_is_open(one.world);
}

TEST_CASE("A guard that cannot be asked, or does not say yes, has said no", "[safeguards]") {
    Guarded one;
    const std::string broken[]{"", "{", "{}", R"({"granted":"yes"})", R"({"granted":true,"leaseSeconds":-1})"};
    for (const std::string& answer : broken) {
        INFO(answer);
        one.host.admission = answer;
        CHECK(only(one.world.install()).patch.reason == Reason::not_admitted);
    }
    one.host.mishap = [](const Call&) { return std::optional(HostDouble::Mishap{silent(), false}); };
    CHECK(only(one.world.install()).patch.reason == Reason::not_admitted);
    one.host.mishap = [](const Call&) { return std::optional(HostDouble::Mishap{replied(405), false}); };
    CHECK(only(one.world.install()).patch.reason == Reason::not_admitted);
    CHECK(one.world.packages.installed.empty());
    CHECK(one.world.machine.log.count(message::admission_unreachable) == std::size(broken) + 2);
}

TEST_CASE("A lease that is too short for a batch leaves it for later", "[safeguards]") {
    Guarded one;
    one.host.admission = R"({"granted":true,"leaseSeconds":30})";
    const InstallReport report = one.world.install();
    CHECK(only(report).patch.reason == Reason::no_time_left);
    CHECK(report.ask_again == 5min);
    CHECK(one.world.packages.installed.empty());
}

TEST_CASE("Admitted to install, refused to reboot: the reboot stays outstanding and says why", "[safeguards]") {
    Guarded one;
    one.world.packages.need = RebootNeed{.required = true, .reasons = {"kernel"}};
    one.host.mishap = [](const Call& call) -> std::optional<HostDouble::Mishap> {
        if (!call.body.contains("reboot")) return std::nullopt;
        return HostDouble::Mishap{replied(200, R"({"granted":false,"holder":"db-7"})"), false};
    };
    const InstallReport report = one.world.install();
    CHECK(only(report).state == InstallationState::installed);
    CHECK(report.installation.reboot_status == RebootStatus::required);
    CHECK(report.installation.reboot_reason.contains("db-7"));
    CHECK(one.world.machine.rebooter.scheduled.empty());
    check_nothing_is_open(one.world);
}

TEST_CASE("An unhealthy machine is left alone, unless it is configured otherwise", "[safeguards]") {
    World world;
    world.packages.add({upgrade("openssl")});
    world.settings.health.command = {"/usr/local/bin/check"};
    world.machine.processes.answer({"/usr/local/bin/check"}, Answer::exits(1, "", "the shop is closed\n"));
    const InstallReport report = world.install();
    CHECK(only(report).patch.reason == Reason::unhealthy);
    CHECK(only(report).message.contains("the shop is closed"));
    REQUIRE(report.installation.health_before);
    CHECK(report.installation.health_before->state == HealthState::unhealthy);
    CHECK_FALSE(report.installation.health_after);
    CHECK(report.ask_again);
    CHECK(world.packages.installed.empty());
    check_nothing_is_open(world);

    world.settings.health.proceed_when_unhealthy = true;
    CHECK(only(world.install()).state == InstallationState::installed);
}

TEST_CASE("What made the machine unhealthy is said, before and after", "[safeguards]") {
    World world;
    world.packages.add({upgrade("openssl")});
    world.settings.health.command = {"/usr/local/bin/check"};
    world.machine.processes.answer({"/usr/local/bin/check"}, Answer::exits(0), 1);
    world.machine.processes.answer({"/usr/local/bin/check"}, Answer::exits(1, "", "nobody answers\n"));
    const InstallReport report = world.install();
    CHECK(only(report).state == InstallationState::installed);
    CHECK(report.installation.health_before->state == HealthState::healthy);
    REQUIRE(report.installation.health_after);
    CHECK(report.installation.health_after->state == HealthState::unhealthy);
    CHECK(world.machine.log.count(message::unhealthy_after) == 1);
    check_nothing_is_open(world);
}
