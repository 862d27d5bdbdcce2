#include "agent/daemon/postman.hpp"

#include <algorithm>
#include <utility>

#include "platform/messages.hpp"

namespace guestpatch {
namespace {

/// One exchange with everything it carries, and the long poll.
constexpr milliseconds talk_limit = std::chrono::minutes(5);
constexpr milliseconds last_words_limit{5000};
/// Who answers a long poll sooner, and has nothing new, does not know of long polls.
constexpr milliseconds shortest_poll{10'000};

}  // namespace

Postman::Postman(Seams seams, const StateFolder& state, const Courier& courier, std::string agent_version, TakeEvents take_events,
                 std::function<double()> luck, Waiter& waiter)
    : seams_(seams),
      state_(state),
      courier_(courier),
      link_(seams, state, courier, std::move(agent_version)),
      take_events_(std::move(take_events)),
      luck_(std::move(luck)),
      worker_(waiter) {}

Topics Postman::topics_of(const Standing& standing) const {
    const std::optional<GoalState>& goal = standing.goal;
    return {.settings = *standing.settings,
            .configuration = standing.statuses,
            .interval = goal && goal->interval ? *goal->interval : standing.settings->host.interval,
            .events = !goal || goal->events};
}

void Postman::look(const Standing& standing) {
    const Settings& settings = *standing.settings;
    if (!worker_.busy() && place_asked_ != settings.imds) {
        place_asked_ = settings.imds;
        if (may_ask(seams_.files, settings.imds)) return ask_for_place(settings.imds);
    }
    if (settings.host.url != std::exchange(url_, settings.host.url)) {
        regular_.reset();
        not_before_.reset();
        no_poll_before_.reset();
        refused_.clear();
        failures_ = 0;
    }
    news_ = News::none;
    if (url_.empty()) return;
    news_ = link_.news(topics_of(standing), refused_);
    if (worker_.busy()) {
        if (talk_ == Talk::await_goal && news_ == News::now) worker_.request_stop();
        return;
    }
    if (not_before_ && now() < *not_before_) return;
    not_before_.reset();
    const bool regular = !regular_ || now() >= *regular_;
    if (regular) refused_.clear();
    if (regular || again_ || news_ == News::now) {
        start(standing, Talk::everything);
    } else if (settings.host.long_poll && (!no_poll_before_ || now() >= *no_poll_before_)) {
        start(standing, Talk::await_goal);
    }
}

void Postman::ask_for_place(Imds setting) {
    talk_ = Talk::reports;
    worker_.start([this, setting](const std::stop_token& stop) {
        const auto learned = learn_place(seams_, courier_, setting, {state_.place(), state_.place_asked()}, AskPlace::once_per_boot, stop);
        if (!learned) seams_.log.debug(learned.error().message);  // the configuration's word stands
        return TalkOutcome{.goal_changed = learned && *learned == Learned::changed};
    });
}

void Postman::start(const Standing& standing, Talk talk) {
    talk_ = talk;
    began_ = now();
    again_ = false;
    if (talk == Talk::everything) regular_ = now() + topics_of(standing).interval;
    worker_.start([this, standing, talk](const std::stop_token& stop) {
        return link_.talk(topics_of(standing), talk, talk == Talk::everything ? take_events_() : std::vector<HostEvent>(), talk_limit, stop);
    });
}

std::optional<TalkOutcome> Postman::collect() {
    auto outcome = worker_.collect();
    if (!outcome) return std::nullopt;
    const bool cut_short = talk_ == Talk::await_goal && outcome->heard && !outcome->goal_changed && now() - began_ < shortest_poll;
    no_poll_before_ = cut_short ? regular_ : std::nullopt;
    failures_ = outcome->failed ? failures_ + 1 : 0;
    again_ = outcome->more || outcome->failed;
    refused_.insert(outcome->refused.begin(), outcome->refused.end());
    if (outcome->failed) not_before_ = now() + pause_after(*outcome, failures_, luck_());
    return outcome;
}

std::optional<milliseconds> Postman::patience(const Standing& standing) const {
    if (standing.settings->host.url.empty() || worker_.busy()) return std::nullopt;
    const auto until = [this](BootTime then) { return std::max(then - now(), milliseconds(0)); };
    if (not_before_) return until(*not_before_);
    if (again_ || !regular_) return milliseconds(0);
    const milliseconds regular = until(*regular_);
    return news_ == News::soon ? std::min<milliseconds>(regular, least_between_reports) : regular;
}

void Postman::last_words(const Standing& standing) {
    worker_.request_stop();
    worker_.await(std::nullopt);
    collect();
    if (standing.settings->host.url.empty() || link_.news(topics_of(standing), refused_) == News::none) return;
    link_.talk(topics_of(standing), Talk::reports, take_events_(), last_words_limit, {});
}

}  // namespace guestpatch
