#include "agent/daemon/daemon.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "agent/daemon/outlook.hpp"
#include "agent/config/statuses.hpp"
#include "agent/engine/metrics.hpp"
#include "agent/engine/patch_mode.hpp"
#include "agent/engine/windows.hpp"
#include "platform/memory.hpp"
#include "platform/messages.hpp"

namespace guestpatch {
namespace {

constexpr milliseconds first_pause = std::chrono::minutes(1);
constexpr milliseconds longest_pause = std::chrono::minutes(15);
constexpr milliseconds longest_mode_pause = std::chrono::hours(6);  // each try assesses anew
/// An operation that ends is told at once; this is for one whose end was missed.
constexpr seconds patience_with_others{60};
/// Metrics that are older say that nobody writes them any more.
constexpr seconds longest_without_metrics = std::chrono::hours(12);
/// Beyond the stop timeout: what a job that was stopped still has to write.
constexpr seconds closing_time{30};

std::optional<milliseconds> earlier(std::optional<milliseconds> one, std::optional<milliseconds> other) {
    if (!one || !other) return one ? one : other;
    return std::min(*one, *other);
}

}  // namespace

Daemon::Daemon(const Household& household, const Configuration& configuration)
    : household_(household),
      settings_(std::make_shared<const Settings>(configuration.settings)),
      worker_(household_.waiter),
      postman_(household_.seams, household_.state, household_.courier, household_.version, household_.recording, household_.luck, household_.waiter),
      since_{household_.seams.clocks.wall(), household_.seams.clocks.wall()} {
    take_over(configuration);
}

void Daemon::run() {
    household_.manager.ready();
    release_memory();  // what starting took
    while (true) {
        collect();
        hear_host();
        if (stopping_ && !worker_.busy()) break;
        if (!worker_.busy() && look_) look();
        if (!stopping_) postman_.look(standing_);
        household_.manager.alive();
        if (stopping_) {
            worker_.await(patience());  // nothing else is waited for any more
        } else {
            heed(household_.waiter.wait(worker_.busy() ? std::nullopt : wake_, patience()));
        }
    }
    postman_.last_words(standing_);
    tell("stopped");
}

void Daemon::hear_host() {
    const auto outcome = postman_.collect();
    if (!outcome) return;
    release_memory();
    if (outcome->goal_changed) {
        read_configuration();
        look_ = true;
    }
    write_metrics_now();
}

void Daemon::write_metrics_now() {
    if (settings_->metrics_textfile.empty()) return;
    std::optional<HostMetrics> host;
    if (!settings_->host.url.empty()) {
        const OutboxSummary outbox = postman_.outbox().summary(settings_->host.url);
        host = HostMetrics{outbox.reports, outbox.results, outbox.batches, outbox.oldest, outbox.spoke, postman_.failures()};
    }
    auto written = write_metrics(household_.seams, household_.state, *settings_, {household_.version, household_.build, host});
    const std::string fault = written ? "" : written.error().message;
    if (fault != std::exchange(metrics_fault_, fault) && !fault.empty()) household_.seams.log.tell(message::metrics_not_written, fault);
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
    if (wake.changed) write_metrics_now();  // an operation has begun, or come further
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
    if (!patch_mode_is_applied(household_.seams.files, household_.state, *settings_) && may_change_mode()) return start(ModeJob());
    if (auto job = next_request_job()) return start(std::move(*job));
    const std::optional<Instant> sooner = wake_;
    const Situation situation = look_around(household_.seams, household_.state, *settings_, since_);
    const Decision decision = decide(situation);
    log_missed(decision.records);
    if (const auto timetable = brought_up_to_date(situation, decision.records)) {
        if (auto kept = household_.state.write_timetable(*timetable); !kept) {
            household_.seams.log.tell(message::state_not_written, kept.error().message);
        }
    }
    if (const auto* install = std::get_if<InstallNow>(&decision.due)) return start(InstallJob{install->window, situation.month});
    if (std::holds_alternative<AssessNow>(decision.due)) return start(AssessJob());
    std::optional<Instant> wake = std::get<WaitUntil>(decision.due).at;
    if (sooner) wake = std::min(wake.value_or(*sooner), *sooner);
    if (!settings_->metrics_textfile.empty()) wake = std::min(wake.value_or(Instant::max()), situation.now + longest_without_metrics);
    sleep_until_due(wake, situation.hindrance);
    write_metrics_now();
}

std::optional<Job> Daemon::next_request_job() {
    const GoalState goal = standing_.goal.value_or(GoalState());
    const auto known = household_.state.requests();
    const Instant now = household_.seams.clocks.wall();
    if (!known) {
        household_.seams.log.tell(message::document_not_read, known.error().message);
        wake_ = now + patience_with_others;
        return std::nullopt;
    }
    const RequestBook& book = *known;
    const bool left_over = std::ranges::any_of(book.requests, [](const Request& request) { return request.state == RequestState::begun; });
    auto operation = next_request(goal, book, now);
    if (operation || left_over) return RequestJob{std::move(operation), goal};
    if (const auto next = next_request_at(goal, book, now)) wake_ = std::min(wake_.value_or(*next), *next);
    return std::nullopt;
}

bool Daemon::may_change_mode() {
    if (!settings_->mode_from_host) return true;
    const Instant now = household_.seams.clocks.wall();
    const Windows windows(household_.seams, schedule_of(*settings_, machine_id_of(*settings_, household_.seams.host)), now);
    auto next = windows.upcoming(now, 1);
    const auto hours = windows.off_peak(now, 1);
    next.insert(next.end(), hours.begin(), hours.end());
    for (const ScheduledWindow& window : next) {
        if (window.window.opens <= now) return true;
        wake_ = std::min(wake_.value_or(window.window.opens), window.window.opens);
    }
    return next.empty();  // no quiet hours, no reason to wait
}

void Daemon::log_missed(const std::vector<WindowRecord>& records) {
    for (const WindowRecord& record : records) {
        if (record.outcome == WindowOutcome::met) continue;
        household_.seams.log.tell(message::window_not_used, fmt::format("a window is not used: {}", describe(record.outcome)),
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
    return half_told ? std::optional<Job>(FinishJob()) : std::nullopt;
}

void Daemon::start(Job job) {
    tell(std::string(describe(job)));
    job_ = job;
    job_settings_ = settings_;
    const Workbench bench{household_.seams, household_.state, settings_, household_.find, household_.courier};
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
    if (std::holds_alternative<ModeJob>(job_)) return !patch_mode_is_applied(household_.seams.files, household_.state, *settings_);
    const auto next = first_of_all();
    return next && next->index() == job_.index();
}

void Daemon::read_configuration() {
    Configuration read = household_.load();
    if (!read.errors.empty()) {
        const ConfigFault& fault = read.errors.front();
        const std::string complaint = fmt::format("{}:{}: {}: {}", fault.file, fault.line, fault.key, fault.message);
        if (complaint == std::exchange(complaint_, complaint)) return;
        household_.seams.log.tell(message::configuration_refused, complaint + "; the configuration that was read before stays in force");
        return;
    }
    complaint_.clear();
    take_over(std::move(read));
}

void Daemon::take_over(Configuration configuration) {
    Settings& settings = configuration.settings;
    const bool same_windows = settings.off_peak == settings_->off_peak && settings.maintenance == settings_->maintenance &&
                              settings.off_peak_applies == settings_->off_peak_applies && is_automatic(settings) == is_automatic(*settings_);
    if (!same_windows) since_.scheduled = household_.seams.clocks.wall();
    const auto goal = household_.seams.files.info(household_.state.goal_state());
    auto statuses = configuration_statuses(configuration, goal ? goal->modified : since_.started);
    for (const InstanceViewStatus& status : statuses) {
        if (std::ranges::find(standing_.statuses, status) != standing_.statuses.end()) continue;
        const bool overridden = status.level == StatusLevel::warning;
        household_.seams.log.tell(overridden ? message::setting_overridden : message::schedule_prerequisites_unmet, status.message);
    }
    standing_.statuses = std::move(statuses);
    standing_.goal = std::move(configuration.goal);
    const bool reports = !settings.host.url.empty() && (!standing_.goal || standing_.goal->events);
    household_.recording.record(reports ? Recording::on : Recording::off);
    settings_ = std::make_shared<const Settings>(std::move(settings));
    standing_.settings = settings_;
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
    if (!stopping_) limit = earlier(limit, postman_.patience(standing_));
    if (!not_before_) return limit;
    return earlier(limit, std::max(*not_before_ - household_.seams.clocks.boot(), milliseconds(0)));
}

}  // namespace guestpatch
