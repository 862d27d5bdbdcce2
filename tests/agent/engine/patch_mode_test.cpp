#include "agent/engine/patch_mode.hpp"

#include "agent/wire/patch_mode.hpp"
#include "agent/wire/patch_status.hpp"
#include "tests/agent/patches.hpp"
#include "tests/catch.hpp"
#include "tests/fakes/package_manager.hpp"
#include "tests/packagers/native_machine.hpp"

using namespace guestpatch;
using namespace std::chrono_literals;

namespace {

/// A machine that updates itself, and guestpatch on it.
struct Household {
    NativeMachine machine;
    Settings settings{.patch_mode = "AutomaticByPlatform",
                      .assessment_mode = "ImageDefault",
                      .compliance_max_age = std::chrono::days(30)};
    Detected detected{"apt", "APT", PublishCeiling::refused, std::make_unique<FakePackageManager>()};
    FakePackageManager& packages = static_cast<FakePackageManager&>(*detected.manager);
    StateFolder state{machine.seams, "/state", "/run/state"};
    std::stop_source stop;
    StartedBy by = StartedBy::platform;

    Result<void> wait() {
        FakeProgress progress;
        Context context{{machine.clocks.boot() + 2h}, stop.get_token(), progress, 1s};
        return wait_for_native_run(borrowed(), context);
    }
    Machine borrowed() { return {machine.seams, detected, settings, state, {machine.processes, "/usr/lib/guestpatch/guestpatch-courier", ""}}; }
    ModeReport apply() {
        FakeProgress progress;
        Context context{{machine.clocks.boot() + 2h}, stop.get_token(), progress, 1s};
        (void)state.finish_interrupted(machine.clocks.wall());
        return apply_patch_mode(borrowed(), context, by);
    }
    ModeReport apply(const std::string& mode) {
        settings.patch_mode = mode;
        return apply();
    }
    bool applied() { return patch_mode_is_applied(machine.files, state, settings); }
    bool native_is_on() { return machine.units.units.at("apt-daily.timer").file == "enabled"; }
    std::vector<StartedBy> assessments() {
        std::vector<StartedBy> starters;
        for (const RunSummary& run : state.runs()) starters.push_back(run.started_by);
        std::ranges::sort(starters);  // they are of the same second
        return starters;
    }
};

std::string tell(const std::vector<InstanceViewStatus>& statuses) {
    std::vector<std::string> lines;
    for (const InstanceViewStatus& status : statuses) lines.push_back(status.code + " " + status.display_status);
    return join(lines, "; ");
}

const std::string enabled =
    "PatchMode/AutomaticByPlatform Enabled; NativeUpdates/Off Native updates off; AssessmentMode/ImageDefault Disabled";

}  // namespace

TEST_CASE("A machine nobody configured is in its mode, and stays as it is", "[patch_mode]") {
    Household all;
    all.settings.patch_mode = "ImageDefault";
    CHECK(all.applied());
    CHECK(all.machine.files.durable_writes() == 0);
    CHECK(all.machine.processes.commands().empty());
}

TEST_CASE("Enabling assesses, turns native updates off, says Enabled and assesses as the platform", "[patch_mode]") {
    Household all;
    CHECK_FALSE(all.applied());
    const ModeReport report = all.apply();
    CHECK(report.complete);
    CHECK_FALSE(report.error);
    CHECK(tell(report.statuses) == enabled);
    CHECK(report.changed.size() == 4);
    CHECK(report.changed.front() == "apt: apt-daily.timer: disabled and stopped");
    CHECK(all.applied());
    CHECK_FALSE(all.native_is_on());
    CHECK(all.state.patch_status().configuration == report.statuses);
    CHECK(all.assessments() == std::vector{StartedBy::platform, StartedBy::platform});
    CHECK(std::ranges::count(all.packages.calls, "refresh") == 1);
}

TEST_CASE("And everything comes back as it was found", "[patch_mode]") {
    Household all;
    const auto before = all.machine.shape();
    CHECK(all.apply().complete);
    const ModeReport back = all.apply("ImageDefault");
    CHECK(back.complete);
    CHECK(tell(back.statuses) ==
          "PatchMode/ImageDefault Disabled; NativeUpdates/On Native updates as found; AssessmentMode/ImageDefault "
          "Disabled");
    CHECK(all.machine.shape() == before);
    CHECK(all.applied());
    CHECK(all.assessments().size() == 2);
}

TEST_CASE("Native updates stay on until a first assessment has succeeded", "[patch_mode]") {
    Household all;
    all.packages.sight = Error{Errc::failed, "no lists"};
    const ModeReport report = all.apply();
    CHECK_FALSE(report.complete);
    CHECK(tell(report.statuses) == "PatchMode/AutomaticByPlatform Not enabled");
    CHECK(report.statuses.front().level == StatusLevel::error);
    CHECK(report.statuses.front().message == "the first assessment failed, so native updates stay on: no lists");
    CHECK(all.state.patch_status().configuration == report.statuses);
    CHECK(all.native_is_on());
    CHECK(all.machine.units.changes == 0);
    CHECK_FALSE(all.applied());

    all.packages.sight = Sight{};
    CHECK(tell(all.apply().statuses) == enabled);
}

TEST_CASE("And until it has seen the security sources", "[patch_mode]") {
    Household all;
    all.packages.sight =
        Sight{.blind_spots = {{"http://s.example", BlindSpotCode::source_unreachable, "no route", true}}};
    const ModeReport report = all.apply();
    CHECK_FALSE(report.complete);
    CHECK(report.statuses.front().level == StatusLevel::error);
    CHECK(report.statuses.front().message ==
          "the first assessment did not see all security sources, so native updates stay on: http://s.example: "
          "SOURCE_UNREACHABLE: no route");
    CHECK(all.native_is_on());
    CHECK(all.machine.units.changes == 0);
    CHECK_FALSE(all.applied());
    SECTION("then they go off") {
        all.packages.sight = Sight{};
    }
    SECTION("what hides no security patches hinders nobody") {
        all.packages.sight =
            Sight{.blind_spots = {{"http://o.example", BlindSpotCode::source_unreachable, "no route", false}}};
    }
    SECTION("nor does an end of support: native updates would not find anything either") {
        all.packages.sight = Sight{.blind_spots = {{"os", BlindSpotCode::os_end_of_support, "over", true}}};
    }
    CHECK(tell(all.apply().statuses) == enabled);
}

TEST_CASE("The first assessment is recorded as that of whoever asked", "[patch_mode]") {
    Household all;
    all.by = StartedBy::user;
    CHECK(all.apply().complete);
    CHECK(all.assessments() == std::vector{StartedBy::user, StartedBy::platform});
}

TEST_CASE("And while a run of their own is in progress", "[patch_mode]") {
    Household all;
    all.machine.units.add("apt-daily-upgrade.service", "static", "activating");
    SECTION("one that ends is waited for, before the operation lock is taken") {
        CHECK(all.wait());
        CHECK(all.machine.units.units.at("apt-daily-upgrade.service").active == "inactive");
        CHECK(all.apply().complete);
    }
    SECTION("nobody waits for it where it may go on") {
        all.settings.patch_mode = "ImageDefault";
        CHECK(all.wait());
        CHECK(all.machine.units.units.at("apt-daily-upgrade.service").active == "activating");
    }
    SECTION("one that does not end is left alone, and not waited for under the lock") {
        const ModeReport report = all.apply();
        CHECK_FALSE(report.complete);
        CHECK(report.error == Error{Errc::busy,
                                    "a native run is in progress, so native updates stay on: "
                                    "apt-daily-upgrade.service"});
        CHECK(all.machine.units.units.at("apt-daily-upgrade.service").active == "activating");
        all.machine.units.ends = false;
        CHECK(all.wait().error().code == Errc::timed_out);
        CHECK(report.statuses.front().level == StatusLevel::warning);
        CHECK(all.native_is_on());
        CHECK(all.machine.units.changes == 0);
        all.machine.units.ends = true;
        CHECK(all.wait());
        CHECK(tell(all.apply().statuses) == enabled);
        CHECK(std::ranges::count(all.packages.calls, "refresh") == 1);  // the first assessment is not made twice
    }
}

TEST_CASE("Assessments leave what was configured as it is", "[patch_mode]") {
    Household all;
    const ModeReport report = all.apply();
    PatchStatus status = begin_assessment(all.state.patch_status(), "a-1", all.machine.clocks.wall());
    CHECK(status.configuration == report.statuses);
    CHECK(end_assessment(status, interrupted_assessment(status, all.machine.clocks.wall())).configuration ==
          report.statuses);
    CHECK(decode_patch_status(encode(all.state.patch_status())) == all.state.patch_status());
}

TEST_CASE("Asked again it looks whether everything is still off, and assesses no more", "[patch_mode]") {
    Household all;
    CHECK(all.apply().complete);
    all.machine.units.add("apt-daily.timer", "enabled", "active");
    all.machine.files.put("/etc/apt/apt.conf", "APT::Periodic::Enable \"1\";\n");
    all.machine.files.put_folder("/system-update");
    const ModeReport again = all.apply();
    CHECK(again.complete);
    CHECK(again.changed.empty());
    CHECK(tell(again.statuses) ==
          "PatchMode/AutomaticByPlatform Enabled; NativeUpdates/Kept Left as somebody else wants it; NativeUpdates/Off "
          "Native updates off; "
          "NativeUpdates/StillOn Native updates still on; AssessmentMode/ImageDefault Disabled; "
          "NativeUpdates/OfflineUpdatePrepared An offline update is prepared");
    CHECK(all.native_is_on());
    CHECK(all.assessments().size() == 2);
    CHECK(all.applied());
}

TEST_CASE("Another assessment mode alone hands nothing over", "[patch_mode]") {
    Household all;
    CHECK(all.apply().complete);
    all.settings.assessment_mode = "AutomaticByPlatform";
    CHECK_FALSE(all.applied());
    const int changes = all.machine.units.changes;
    const ModeReport report = all.apply();
    CHECK(tell(report.statuses).ends_with("AssessmentMode/AutomaticByPlatform Enabled"));
    CHECK(report.changed.empty());
    CHECK(all.machine.units.changes == changes);
    CHECK(all.applied());
}

TEST_CASE("What cannot be put back is said, and the mode is not called applied", "[patch_mode]") {
    Household all;
    const auto before = all.machine.shape();
    CHECK(all.apply().complete);
    all.machine.units.refusal = Error{Errc::permission, "Access denied"};
    const ModeReport stuck = all.apply("ImageDefault");
    CHECK_FALSE(stuck.complete);
    CHECK(stuck.statuses.front().level == StatusLevel::error);
    CHECK_FALSE(all.applied());
    all.machine.units.refusal.reset();
    CHECK(all.apply().complete);
    CHECK(all.machine.shape() == before);
}

TEST_CASE("A record that is lost or cannot be read forgets nothing that is off", "[patch_mode]") {
    Household all;
    const auto before = all.machine.shape();
    CHECK(all.apply().complete);
    SECTION("lost") {
        all.machine.files.erase("/state/native-updates/mode.json");
        all.settings.patch_mode = "ImageDefault";
        CHECK_FALSE(all.applied());
        CHECK(all.apply().complete);
        CHECK(all.machine.shape() == before);
    }
    SECTION("newer, or damaged") {
        const std::string content = GENERATE(R"({"schema":2})", "{\"sche");
        all.machine.files.put("/state/native-updates/mode.json", content);
        CHECK_FALSE(all.applied());
        SECTION("on the way back") {
            CHECK(all.apply("ImageDefault").complete);
            CHECK(all.machine.shape() == before);
        }
        SECTION("or going on") {
            CHECK(tell(all.apply().statuses) == enabled);
            CHECK_FALSE(all.native_is_on());
            CHECK(all.apply("ImageDefault").complete);
            CHECK(all.machine.shape() == before);
        }
        CHECK(all.applied());
        CHECK(all.machine.files.read("/state/native-updates/mode.json.unreadable") == content);
        CHECK(all.machine.files.readers("/state/native-updates/mode.json.unreadable") == Readers::owner);
    }
}

TEST_CASE("A lost former state is said until somebody has looked at it", "[patch_mode]") {
    Household all;
    CHECK(all.apply().complete);
    all.machine.files.put("/state/native-updates/apt.json", "garbage");
    for (int call = 0; call < 2; ++call) {
        const ModeReport report = all.apply("ImageDefault");
        CHECK(report.complete);
        CHECK(tell(report.statuses).find("NativeUpdates/Forgotten Not known how it was found") != std::string::npos);
        all.machine.files.erase("/state/native-updates/mode.json");
    }
    all.machine.files.erase("/state/native-updates/apt.json.unreadable");
    CHECK(tell(all.apply("ImageDefault").statuses).find("Forgotten") == std::string::npos);
}

TEST_CASE("A power cut anywhere leaves a machine that is patched by somebody, and the next call finishes",
          "[patch_mode]") {
    for (const bool way_back : {false, true}) {
        for (int events = 0; events < 40; ++events) {
            INFO((way_back ? "disabling, " : "enabling, ") << events << " events");
            Household all;
            const auto before = all.machine.shape();
            if (way_back) CHECK(all.apply().complete);
            all.machine.cut_power_after(events);
            (void)all.apply(way_back ? "ImageDefault" : "AutomaticByPlatform");
            all.machine.restore_power();
            all.machine.clocks.reboot();
            // Native updates are off only where an assessment of ours has succeeded.
            if (!all.native_is_on()) CHECK_FALSE(all.assessments().empty());
            const ModeReport rest = all.apply();
            CHECK(rest.complete);
            CHECK(all.applied());
            if (!way_back) {
                CHECK(tell(rest.statuses) == enabled);
                CHECK(all.assessments().back() == StartedBy::platform);
                CHECK(all.apply("ImageDefault").complete);
            }
            CHECK(all.machine.shape() == before);
        }
    }
}

TEST_CASE("The record survives writing and reading", "[patch_mode]") {
    const PatchModeRecord record{
        "AutomaticByPlatform",
        "ImageDefault",
        PatchModeStage::assessed,
        Instant(1789000000s),
        {{"PatchMode/AutomaticByPlatform", StatusLevel::warning, "a", "b", Instant(1789000001s)}}};
    CHECK(decode_patch_mode(encode(record)) == record);
    CHECK(decode_patch_mode(R"({"schema":2})").error().message == "schema: written by a newer guestpatch");
    CHECK(decode_patch_mode(
              R"({"schema":1,"patchMode":"x","assessmentMode":"y","stage":"Frob","at":"2026-11-10T23:01:02Z"})")
              .error()
              .message == "stage: expected Begun, Assessed, Switched or Applied");
}
