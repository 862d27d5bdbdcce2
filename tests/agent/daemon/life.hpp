// A machine on which the service lives, boot after boot.
#pragma once

#include <set>

#include "agent/daemon/daemon.hpp"
#include "tests/fakes/borrowed.hpp"
#include "tests/fakes/service.hpp"
#include "tests/fakes/waiter.hpp"
#include "tests/scenarios/world.hpp"

namespace guestpatch {

/// 2026-06-10T12:00:00Z, a Wednesday, is when it starts.
inline constexpr Instant noon = std::chrono::sys_days(std::chrono::year(2026) / 6 / 10) + std::chrono::hours(12);

/// Ends the service when the machine goes down: by a reboot that was arranged, or without power.
class MortalWaiter final : public Waiter {
  public:
    MortalWaiter(Waiter& inner, World& world) : inner_(inner), world_(world), reboots_(world.machine.rebooter.scheduled.size()) {}

    Wake wait(std::optional<Instant> wall, std::optional<milliseconds> at_most) override {
        Wake wake = inner_.wait(wall, at_most);
        wake.stop = wake.stop || goes_down();
        return wake;
    }
    void poke() override { inner_.poke(); }

    [[nodiscard]] bool goes_down() const { return world_.machine.files.dark() || reboots(); }
    /// A reboot was arranged: it comes, whoever lives to see it.
    [[nodiscard]] bool reboots() const { return world_.machine.rebooter.scheduled.size() > reboots_; }

  private:
    Waiter& inner_;
    World& world_;
    std::size_t reboots_;
};

/// An automatic machine with the default hours, assessed and installed from by the service alone.
struct Life {
    World world;
    FakeServiceManager manager;
    Configuration configuration;
    int ends = 0;                         ///< of the machine or the service, but for the last

    Life() {
        Settings& settings = configuration.settings;
        settings = world.settings;
        settings.patch_mode = "AutomaticByPlatform";
        settings.assessment_mode = "ImageDefault";
        settings.assessment_interval = 24h;
        settings.off_peak = {.start = 22h,
                             .duration = 8h,
                             .days = {std::chrono::Monday, std::chrono::Tuesday, std::chrono::Wednesday, std::chrono::Thursday,
                                      std::chrono::Friday, std::chrono::Saturday, std::chrono::Sunday},
                             .attempt_within = std::chrono::days(30)};
        settings.reboot_reserve = 23min;
        settings.reboot_warning = 3min;
        settings.reboots_per_run = 2;
        settings.stop_timeout = 60s;
        settings.history_keep = std::chrono::days(400);
    }

    /// What an end that comes at a write means.
    enum class End { power_cut, sigkill };

    /// Boot after boot, whatever takes the machine down; after a SIGKILL the service comes back in the same boot.
    void live_through(Instant until, End at_write = End::power_cut) {
        while (world.machine.clocks.wall() < until) {
            FakeWaiter waiter(world.machine.clocks);
            waiter.happens(until, {.stop = true});
            MortalWaiter mortal(waiter, world);
            serve(waiter, mortal);
            if (!mortal.goes_down()) continue;
            ++ends;
            if (at_write == End::sigkill && !mortal.reboots()) {
                world.machine.files.restore_power();
            } else {
                restart(world);
            }
        }
    }

    struct Happening {
        Instant when;
        Wake wake;
        std::function<void()> action;
    };
    /// The service runs until then; what else happens meanwhile is in `script`.
    std::vector<FakeWaiter::Asked> live(Instant until, const std::vector<Happening>& script = {}) {
        FakeWaiter waiter(world.machine.clocks);
        for (const Happening& one : script) waiter.happens(one.when, one.wake, one.action);
        waiter.happens(until, {.stop = true});
        serve(waiter, waiter);
        return waiter.asked;
    }

    void serve(FakeWaiter& fake, Waiter& waiter) {
        RecordingLog recording(world.machine.log, world.machine.clocks, "0.1.0");
        Daemon daemon({world.machine.seams, world.state, waiter, manager, [this] { return configuration; },
                       [this](const Settings&) {
                           return Result<Detected>(Detected{"apt", "APT", PublishCeiling::refused,
                                                            std::make_unique<BorrowedPackageManager>(world.packages)});
                       },
                       {world.machine.processes, "/usr/lib/guestpatch/guestpatch-courier", ""},
                       "0.1.0",
                       "tests",
                       recording,
                       [] { return 0.5; }},
                      configuration);
        fake.somebody_works = [&] { return daemon.works(); };
        daemon.run();
    }

    std::vector<Installation> installations() const {
        std::vector<Installation> found;
        for (const RunSummary& run : world.state.runs()) {
            if (run.kind == "Installation") found.push_back(*world.state.installation(run.activity_id));
        }
        return found;
    }
    std::size_t assessments() const {
        const auto runs = world.state.runs();
        return static_cast<std::size_t>(std::ranges::count(runs, "Assessment", &RunSummary::kind));
    }
    std::vector<WindowOutcome> outcomes() const {
        std::vector<WindowOutcome> found;
        for (const WindowRecord& record : world.state.timetable().windows) found.push_back(record.outcome);
        return found;
    }
};

}  // namespace guestpatch
