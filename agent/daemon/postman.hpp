// When the daemon talks to the host. One talk at a time, on a worker of its own: a dead host holds nothing up.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/daemon/worker.hpp"
#include "agent/host/host_link.hpp"
#include "agent/host/place.hpp"
#include "agent/host/recording_log.hpp"

namespace guestpatch {

/// What the host asks for, and what is told of it: goes with settings.
struct Standing {
    std::shared_ptr<const Settings> settings;
    std::optional<GoalState> goal;
    std::vector<InstanceViewStatus> statuses;
};

class Postman {
  public:
    /// `luck`: random numbers from 0 to 1, for pauses.
    Postman(Seams seams, const StateFolder& state, const Courier& courier, std::string agent_version, RecordingLog& events,
            std::function<double()> luck, Waiter& waiter);

    /// Starts a talk when one is due; ends one that only waits when there is news.
    void look(const Standing& standing);

    /// What came of the last talk, once.
    std::optional<TalkOutcome> collect();

    /// How long nothing is due; nothing: for ever.
    [[nodiscard]] std::optional<milliseconds> patience(const Standing& standing) const;

    /// What still waits is told, within a moment, before the process ends.
    void last_words(const Standing& standing);

    [[nodiscard]] bool busy() const { return worker_.busy(); }
    [[nodiscard]] int failures() const { return failures_; }
    [[nodiscard]] const Outbox& outbox() const { return link_.outbox(); }

  private:
    void ask_for_place(Imds setting);
    void start(const Standing& standing, Talk talk);
    [[nodiscard]] bool talks_too_much(seconds interval);
    template <class Until>
    [[nodiscard]] std::optional<milliseconds> next_talk(const Standing& standing, Until until) const;
    [[nodiscard]] Topics topics_of(const Standing& standing) const;
    [[nodiscard]] BootTime now() const { return seams_.clocks.boot(); }

    Seams seams_;
    const StateFolder& state_;
    Courier courier_;
    HostLink link_;
    RecordingLog& events_;
    std::function<double()> luck_;
    Worker<TalkOutcome> worker_;
    Talk talk_ = Talk::everything;          ///< the one that goes on
    std::optional<Imds> place_asked_;       ///< with this setting
    std::optional<BootTime> place_at_;      ///< when to ask, once more
    milliseconds place_pause_ = std::chrono::minutes(1);
    bool asks_place_ = false;               ///< what the worker does is no talk
    std::string url_;                       ///< whom everything below is about
    std::optional<BootTime> regular_;       ///< the next talk that needs no news; nothing: at once
    std::optional<BootTime> not_before_;    ///< after trouble
    BootTime began_{};                      ///< the talk that goes on
    std::optional<BootTime> no_poll_before_;  ///< a host that does not let us wait is not asked all the time
    bool goal_due_ = true;                  ///< it was not heard since the last regular talk
    std::deque<BootTime> recent_;           ///< when talks of the last minute began
    int failures_ = 0;                      ///< in a row
    bool again_ = false;                    ///< the last talk was not all, or came to nothing
    News news_ = News::none;                ///< at the last look
    std::set<std::string> refused_;         ///< until the next regular talk
};

}  // namespace guestpatch
