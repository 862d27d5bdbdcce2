#include "agent/daemon/daemon.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "agent/daemon/outlook.hpp"
#include "agent/engine/patch_mode.hpp"
#include "platform/memory.hpp"

namespace guestpatch {
namespace {

constexpr milliseconds first_pause = std::chrono::minutes(1);
constexpr milliseconds longest_pause = std::chrono::minutes(15);
constexpr milliseconds longest_mode_pause = std::chrono::hours(6);  // each try assesses anew
/// An operation that ends is told at once; this is for one whose end was missed.
constexpr seconds patience_with_others{60};
/// Beyond the stop timeout: what a job that was stopped still has to write.
constexpr seconds closing_time{30};

std::optional<milliseconds> earlier(std::optional<milliseconds> one, std::optional<milliseconds> other) {
    if (!one || !other) return one ? one : other;
    return std::min(*one, *other);
}

}  // namespace

Daemon::Daemon(const Household& household, Settings settings)
    : household_(household),
      settings_(std::make_shared<const Settings>(std::move(settings))),
      worker_(household_.waiter),
      since_{household_.seams.clocks.wall(), household_.seams.clocks.wall()} {}

void Daemon::run() {
    household_.manager.ready();
    release_memory();  // what starting took
    while (true) {
        collect();
        if (stopping_ && !worker_.busy()) break;
        if (!worker_.busy() && look_) look();
        household_.manager.alive();
        if (stopping_) {
            worker_.await(patience());  // nothing else is waited for any more
        } else {
            heed(household_.waiter.wait(worker_.busy() ? std::nullopt : wake_, patience()));
        }
    }
    tell("stopped");
}

void Daemon::heed(const Wake& wake) {
    if (wake.stop) {
        stopping_ = true;
        const Hooks& hooks = settings_->hooks;
        const bool tells = !hooks.post_install.empty() || !hooks.post_reboot.empty() || !hooks.on_result.empty();
        household_.manager.stopping(settings_->stop_timeout + closing_time + (tells ? hooks.timeout : seconds(0)));
        tell("stopping");
        worker_.request_stop();
    }
    if (wake.reload) household_.manager.reloading();
    // A command that held the lock may have been `configure`.
    if (wake.reload || wake.changed) read_configuration();
    if (wake.reload) {
        household_.manager.ready();
        not_before_.reset();  // what was in the way may be mended
    }
    const Instant now = household_.seams.clocks.wall();
    // What failed may have been put right by somebody's command; our own job's end is told in the same way.
    if (wake.changed && not_before_ && !worker_.busy() && !is_due_again()) not_before_.reset();
    look_ = look_ || wake.reload || wake.changed || wake.clock_set || wake.poked || (wake_ && *wake_ <= now);
    if (not_before_ && household_.seams.clocks.boot() >= *not_before_) {
        not_before_.reset();
        look_ = true;
    }
}

void Daemon::look() {
    look_ = false;
    wake_.reset();
    if (stopping_ || not_before_) return;
    if (household_.state.is_held()) {
        const auto running = household_.state.running();
        tell(running ? fmt::format("waiting for {} {}", running->kind, running->activity_id) : "waiting for another operation");
        wake_ = household_.seams.clocks.wall() + patience_with_others;
        return;
    }
    if (auto job = first_of_all()) return start(std::move(*job));
    if (wake_) return tell("waiting for a reboot");
    const Situation situation = look_around(household_.seams, household_.state, *settings_, since_);
    const Decision decision = decide(situation);
    log_missed(decision.records);
    if (const auto timetable = brought_up_to_date(situation, decision.records)) {
        if (auto kept = household_.state.write_timetable(*timetable); !kept) household_.seams.log.error(kept.error().message);
    }
    if (const auto* install = std::get_if<InstallNow>(&decision.due)) return start(InstallJob{install->window, situation.month});
    if (std::holds_alternative<AssessNow>(decision.due)) return start(AssessJob());
    sleep_until_due(std::get<WaitUntil>(decision.due).at, situation.hindrance);
}

void Daemon::log_missed(const std::vector<WindowRecord>& records) {
    for (const WindowRecord& record : records) {
        if (record.outcome == WindowOutcome::met) continue;
        household_.seams.log.warning(fmt::format("a window is not used: {}", describe(record.outcome)),
                                     {{"window", record.source},
                                      {"opens", format_instant(record.window.opens)},
                                      {"closes", format_instant(record.window.closes)}});
    }
}

std::optional<Job> Daemon::first_of_all() {
    const State open = household_.state.journal();
    if (!std::holds_alternative<Idle>(open)) {
        const Moment now{household_.seams.clocks.wall(), household_.seams.clocks.boot(), household_.seams.clocks.boot_id()};
        const Woke woke{.now = now, .may_continue = is_automatic(*settings_)};
        const bool waits = std::holds_alternative<std::monostate>(step(open, woke).effect);
        const auto* rebooting = std::get_if<Rebooting>(&open);
        if (!waits || rebooting == nullptr) return FinishJob();
        wake_ = rebooting->due + reboot_patience;
        return std::nullopt;
    }
    const PatchStatus status = household_.state.patch_status();
    const bool half_told = (status.installation && status.installation->status == OperationStatus::in_progress) ||
                           (status.available && status.available->status == OperationStatus::in_progress);
    if (half_told) return FinishJob();
    if (!patch_mode_is_applied(household_.seams.files, household_.state, *settings_)) return ModeJob();
    return std::nullopt;
}

void Daemon::start(Job job) {
    tell(std::string(describe(job)));
    job_ = job;
    job_settings_ = settings_;
    const Workbench bench{household_.seams, household_.state, settings_, household_.find};
    worker_.start([job = std::move(job), bench](const std::stop_token& stop) { return carry_out(job, bench, stop); });
}

void Daemon::collect() {
    const auto end = worker_.collect();
    if (!end) return;
    release_memory();
    // Done, and yet the same is to be done first of all: it would go on for ever.
    const bool in_vain = *end == JobEnd::done && job_settings_ == settings_ && is_due_again();
    if (*end == JobEnd::trouble || in_vain) {
        const milliseconds pause = next_pause();
        ++troubles_;
        not_before_ = household_.seams.clocks.boot() + pause;
        tell(fmt::format("{} failed; trying again in {}", describe(job_), describe_duration(std::chrono::ceil<seconds>(pause))));
        return;
    }
    if (*end == JobEnd::done) troubles_ = 0;
    look_ = true;
}

milliseconds Daemon::next_pause() const {
    const milliseconds longest = std::holds_alternative<ModeJob>(job_) ? longest_mode_pause : longest_pause;
    return std::min(first_pause * (1 << std::min(troubles_, 10)), longest);
}

bool Daemon::is_due_again() {
    const auto next = first_of_all();
    return next && next->index() == job_.index();
}

void Daemon::read_configuration() {
    Configuration read = household_.load();
    if (!read.errors.empty()) {
        const ConfigFault& fault = read.errors.front();
        const std::string complaint = fmt::format("{}:{}: {}: {}", fault.file, fault.line, fault.key, fault.message);
        if (complaint == std::exchange(complaint_, complaint)) return;
        household_.seams.log.error(complaint + "; the configuration that was read before stays in force");
        return;
    }
    complaint_.clear();
    take_over(std::move(read.settings));
}

void Daemon::take_over(Settings settings) {
    const bool same_windows = settings.off_peak == settings_->off_peak && settings.maintenance == settings_->maintenance &&
                              is_automatic(settings) == is_automatic(*settings_);
    if (!same_windows) since_.scheduled = household_.seams.clocks.wall();
    settings_ = std::make_shared<const Settings>(std::move(settings));
    household_.seams.log.debug("the configuration was read anew", {{"mode", settings_->patch_mode}});
    // The batch that runs is awaited by whoever goes on with it; no further one starts.
    const bool installs = std::holds_alternative<InstallJob>(job_) || std::holds_alternative<FinishJob>(job_);
    if (worker_.busy() && installs && is_automatic(*job_settings_) && !is_automatic(*settings_)) worker_.request_stop();
}

void Daemon::sleep_until_due(std::optional<Instant> wake, std::optional<WindowOutcome> hindrance) {
    wake_ = wake;
    const std::string why = hindrance ? fmt::format(": {}", describe(*hindrance)) : "";
    tell(wake ? fmt::format("idle until {}{}", format_instant(*wake), why) : "idle: nothing is scheduled");
}

void Daemon::tell(const std::string& doing) {
    household_.manager.status(complaint_.empty() ? doing : fmt::format("{} (configuration not read: {})", doing, complaint_));
}

std::optional<milliseconds> Daemon::patience() const {
    std::optional<milliseconds> limit;
    if (const auto watchdog = household_.manager.watchdog()) limit = *watchdog / 2;
    if (!not_before_) return limit;
    return earlier(limit, std::max(*not_before_ - household_.seams.clocks.boot(), milliseconds(0)));
}

}  // namespace guestpatch
