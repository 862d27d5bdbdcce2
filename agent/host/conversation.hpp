// One conversation with the host, from what is to be said to what was heard.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "agent/host/event_spool.hpp"
#include "agent/host/host_link.hpp"

namespace guestpatch {

/// Names of what is sent, beside those of results.
constexpr const char* record_name = "record";
constexpr const char* report_name = "patchStatus";

/// facts/wire-contracts of the API: the most a result may have, and what one exchange carries.
constexpr std::size_t largest_result = std::size_t{4} << 20U;

/// What a conversation is about; references are borrowed for its time.
struct Subject {
    Seams seams;
    const StateFolder& state;
    Outbox& outbox;
    const Topics& topics;
    MachineRecord record;
    ReportFacts facts;
    Ledger ledger;
    std::vector<HostEvent> events;  ///< since the last conversation
    const std::set<std::string>& left_alone;  ///< what the host has refused lately
    std::size_t most_letters = 20;
    int& conflicts;
    int& anew;
};

class Conversation {
  public:
    explicit Conversation(Subject subject)
        : subject_(std::move(subject)),
          before_(subject_.ledger),
          spool_(subject_.seams, subject_.outbox.events()) {}

    TalkOutcome hold(const Courier& courier, Talk talk, milliseconds at_most, const std::stop_token& stop);

  private:
    /// One thing that is sent, and how its answer is to be understood.
    struct Letter {
        CallKind kind = CallKind::record;
        std::string name;
        std::string version;  ///< of what is sent, for the ledger
        std::optional<SpooledBatch> batch;
        std::size_t bytes = 0;
        Call call;
    };

    void keep_events();
    void write_letters(Talk talk);
    void write_record();
    void write_report();
    void write_results();
    void write_events();
    void ask_for_goal(Talk talk);
    [[nodiscard]] bool is_full() const;
    [[nodiscard]] bool knows_goal() const;
    void add(Letter letter, std::string method, const std::string& path, std::string body, const std::string& key);

    void hear(const Letter& letter, const Reply& reply);
    void accept(const Letter& letter, const Reply& reply);
    void settle_conflict(const Reply& reply);
    void shorten(const Letter& letter);
    void register_anew(const Letter& letter);
    void take_goal(const Reply& reply);
    void drop_goal();
    void note_trouble(HostTrouble trouble);
    void close();
    static const Message& message_of(const HostTrouble& trouble);

    Log& log() { return subject_.seams.log; }
    Ledger& ledger() { return subject_.ledger; }
    [[nodiscard]] Instant now() const { return subject_.facts.now; }

    Subject subject_;
    Ledger before_;
    EventSpool spool_;
    std::vector<Letter> letters_;
    std::size_t bytes_ = 0;
    Talk talk_ = Talk::everything;
    std::size_t acknowledged_ = 0;
    std::optional<Report> report_;
    bool gone_ = false;       ///< the host has said that it knows nothing of us
    bool reported_ = false;   ///< it took a report
    bool left_over_ = false;  ///< more than one exchange carries
    std::optional<HostTrouble> trouble_;
    TalkOutcome outcome_;
};

}  // namespace guestpatch
