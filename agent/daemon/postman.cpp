#include "agent/daemon/postman.hpp"

#include <algorithm>
#include <utility>

#include "platform/messages.hpp"

namespace guestpatch {
namespace {

/// One exchange with everything it carries, and the long poll.
constexpr milliseconds talk_limit = std::chrono::minutes(5);
constexpr milliseconds last_words_limit{5000};
/// Talks within a minute, beyond those the interval asks for.
constexpr milliseconds counted = std::chrono::minutes(1);
constexpr std::size_t usual_talks = 10;
constexpr milliseconds longest_place_pause = std::chrono::hours(1);
/// Who answers a long poll sooner, and has nothing new, does not know of long polls.
constexpr milliseconds shortest_poll{10'000};

}  // namespace

Postman::Postman(Seams seams, const StateFolder& state, const Courier& courier, std::string agent_version, RecordingLog& events,
                 std::function<double()> luck, Waiter& waiter)
    : seams_(seams),
      state_(state),
      courier_(courier),
      link_(seams, state, courier, std::move(agent_version)),
      events_(events),
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
    if (place_asked_ != settings.imds) place_at_ = now();
    place_asked_ = settings.imds;
    if (!worker_.busy() && place_at_ && now() >= *place_at_) {
        place_at_.reset();
        // Who may not ask may still have something to forget.
        if (may_ask(seams_.files, settings.imds) || seams_.files.info(state_.place())) return ask_for_place(settings.imds);
    }
    if (settings.host.url != std::exchange(url_, settings.host.url)) {
        regular_.reset();
        not_before_.reset();
        no_poll_before_.reset();
        recent_.clear();
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
    if (regular) {
        regular_ = now() + topics_of(standing).interval;
        refused_.clear();
        link_.begin_round();
        goal_due_ = true;
    }
    if (regular || again_ || news_ == News::now) {
        // The goal is asked for once an interval: one that is another each time must not keep us talking.
        start(standing, goal_due_ ? Talk::everything : Talk::reports);
    } else if (settings.host.long_poll && (!no_poll_before_ || now() >= *no_poll_before_)) {
        start(standing, Talk::await_goal);
    }
}

/// Whatever a host does, it does not make us talk all the time.
bool Postman::talks_too_much(seconds interval) {
    while (!recent_.empty() && recent_.front() + counted <= now()) recent_.pop_front();
    const auto most = usual_talks + static_cast<std::size_t>(2 * counted / std::max<milliseconds>(interval, milliseconds(1000)));
    if (recent_.size() < most) return false;
    not_before_ = recent_.front() + counted;
    return true;
}

void Postman::ask_for_place(Imds setting) {
    talk_ = Talk::reports;
    asks_place_ = true;
    worker_.start([this, setting](const std::stop_token& stop) {
        const auto learned = learn_place(seams_, courier_, setting, {state_.place(), state_.place_asked()}, AskPlace::once_per_boot, stop);
        if (!learned) seams_.log.debug(learned.error().message);  // the configuration's word stands
        return TalkOutcome{.goal_changed = learned && *learned == Learned::changed, .place_unknown = !learned};
    });
}

void Postman::start(const Standing& standing, Talk talk) {
    if (talks_too_much(topics_of(standing).interval)) return;
    recent_.push_back(now());
    talk_ = talk;
    began_ = now();
    again_ = false;
    worker_.start([this, standing, talk, refused = refused_](const std::stop_token& stop) {
        const bool tells = talk != Talk::await_goal;
        return link_.talk(topics_of(standing), talk, tells ? events_.take() : std::vector<HostEvent>(), refused, talk_limit, stop);
    });
}

std::optional<TalkOutcome> Postman::collect() {
    auto outcome = worker_.collect();
    if (!outcome) return std::nullopt;
    if (std::exchange(asks_place_, false)) {
        if (outcome->place_unknown) place_at_ = now() + place_pause_;
        place_pause_ = std::min<milliseconds>(place_pause_ * 2, longest_place_pause);
        return outcome;
    }
    const bool cut_short = talk_ == Talk::await_goal && outcome->heard && !outcome->goal_changed && now() - began_ < shortest_poll;
    no_poll_before_ = cut_short ? regular_ : std::nullopt;
    if (!outcome->unkept.empty()) events_.put_back(std::move(outcome->unkept));
    if (talk_ == Talk::everything && !outcome->failed) goal_due_ = false;
    failures_ = outcome->failed ? failures_ + 1 : 0;
    again_ = outcome->more || outcome->failed;
    refused_.insert(outcome->refused.begin(), outcome->refused.end());
    if (outcome->failed) not_before_ = now() + pause_after(*outcome, failures_, luck_());
    return outcome;
}

std::optional<milliseconds> Postman::patience(const Standing& standing) const {
    if (worker_.busy()) return std::nullopt;
    const auto until = [this](BootTime then) { return std::max(then - now(), milliseconds(0)); };
    const auto next = next_talk(standing, until);
    if (!place_at_) return next;
    return std::min(next.value_or(milliseconds::max()), until(*place_at_));
}

template <class Until>
std::optional<milliseconds> Postman::next_talk(const Standing& standing, Until until) const {
    if (standing.settings->host.url.empty()) return std::nullopt;
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
    link_.talk(topics_of(standing), Talk::reports, events_.take(), refused_, last_words_limit, {});
}

}  // namespace guestpatch
