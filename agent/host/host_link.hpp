// Conversations with the host: what waits is sent, what is wanted is heard. One call is one exchange of the courier's.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "agent/config/settings.hpp"
#include "agent/domain/event.hpp"
#include "agent/domain/machine_record.hpp"
#include "agent/host/courier.hpp"
#include "agent/host/outbox.hpp"

namespace guestpatch {

/// What is to be told that the state folder does not hold.
struct Topics {
    const Settings& settings;
    std::vector<InstanceViewStatus> configuration;  ///< what became of what the host asked for
    seconds interval{};                             ///< at most so long between two reports
    bool events = true;                             ///< the host wants them
};

enum class Talk {
    everything,  ///< reports, results, events, and the goal state is asked for
    reports,     ///< what waits, and nothing else: for who cannot act on a goal
    await_goal,  ///< nothing but waiting at the host for another goal state
};

/// What came of one talk.
struct TalkOutcome {
    bool heard = false;         ///< the host answered
    bool goal_changed = false;  ///< goalState.json was replaced, or removed: the configuration is another
    bool place_unknown = false; ///< of asking for the place: nobody answered
    bool more = false;          ///< something waits still, and would be taken at once
    bool failed = false;        ///< to be tried again after a pause
    bool credential = false;    ///< because the host does not know us
    std::optional<seconds> retry_after;  ///< the host's own word
    bool too_slow = false;      ///< the exchange did not fit its time: less at once next time
    std::set<std::string> refused;       ///< what it will not take: not to be sent again before the next interval
    std::vector<HostEvent> unkept;       ///< events that could not be spooled yet

    friend bool operator==(const TalkOutcome&, const TalkOutcome&) = default;
};

/// What is told of a goal state that is not acted on.
[[nodiscard]] std::optional<InstanceViewStatus> goal_status(const Ledger& ledger);

/// How long to wait after a failed talk, the `failures`-th in a row; `luck` is random, 0 to 1.
[[nodiscard]] milliseconds pause_after(const TalkOutcome& outcome, int failures, double luck);

enum class News {
    none,
    soon,  ///< an operation runs, and its last report is too young for another
    now,
};

class HostLink {
  public:
    HostLink(Seams seams, const StateFolder& state, Courier courier, std::string agent_version)
        : seams_(seams), state_(state), outbox_(seams, state), courier_(std::move(courier)), agent_version_(std::move(agent_version)) {}

    /// Whether there is something to tell, but for what the host has `refused`. Only reads.
    [[nodiscard]] News news(const Topics& topics, const std::set<std::string>& refused) const;

    /// One exchange, without what the host has `refused`; `events` are new ones, kept first. Trouble is logged when it begins and when it is over, and kept for
    /// `status`.
    TalkOutcome talk(const Topics& topics, Talk talk, std::vector<HostEvent> events, const std::set<std::string>& refused,
                     milliseconds at_most, const std::stop_token& stop);

    /// An interval has passed: a host may see a higher number once more. Not while a talk goes on.
    void begin_round() { conflicts_ = 0; }

    [[nodiscard]] const Outbox& outbox() const { return outbox_; }

  private:
    static constexpr std::size_t usual_letters = 20;
    [[nodiscard]] ReportFacts facts(const Topics& topics, const Ledger& ledger) const;
    [[nodiscard]] MachineRecord machine_record(const Settings& settings) const;

    Seams seams_;
    const StateFolder& state_;
    Outbox outbox_;
    Courier courier_;
    std::string agent_version_;
    std::size_t most_letters_ = usual_letters;
    int conflicts_ = 0;  ///< in a row
    int anew_ = 0;       ///< times in a row the host had forgotten us
};

}  // namespace guestpatch
