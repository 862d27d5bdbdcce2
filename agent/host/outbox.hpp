// The folder of what waits for the host: outbox/ in the state folder.
//
// Results are not copied: every one in the state folder waits that the ledger does not name.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "agent/domain/outbox.hpp"
#include "agent/engine/state_folder.hpp"

namespace guestpatch {

/// A result document that was not acknowledged.
struct WaitingResult {
    std::string name;     ///< "assessments/<activityId>", as the host files it
    std::string version;  ///< of the file
    Instant since;

    friend bool operator==(const WaitingResult&, const WaitingResult&) = default;
};

/// Newest results that are kept for a host that does not answer, and how long.
constexpr std::size_t most_results = 50;
constexpr seconds longest_wait = std::chrono::days(30);

/// For one process at a time: the service, or a command while no service runs.
class Outbox {
  public:
    Outbox(Seams seams, const StateFolder& state) : seams_(seams), state_(state) {}

    /// What this host has acknowledged; of another one, nothing.
    [[nodiscard]] Ledger ledger(const std::string& url) const;
    Result<void> write(const Ledger& ledger);

    /// The newest report, acknowledged or not. Nothing: the counter is lost, or there never was one.
    [[nodiscard]] std::optional<Report> report() const;
    Result<void> write(const Report& report);

    /// Why ledger or report cannot be read although they are there: then nothing may be sent under a number of its own.
    [[nodiscard]] std::optional<Error> unreadable() const;

    /// Those that have ended and were not acknowledged, oldest first. What is too old, or one too many, is struck off in
    /// `ledger`; returned is how many were.
    std::size_t strike_off(Ledger& ledger, Instant now) const;
    [[nodiscard]] std::vector<WaitingResult> results(const Ledger& ledger) const;
    /// The document as it is sent: at most `limit` bytes of it, by leaving out patches. Nothing: it has not ended, it was
    /// written again since `result` was listed, or it cannot be read.
    [[nodiscard]] std::optional<std::string> body(const WaitingResult& result, std::size_t limit) const;
    /// Whether there would be one, without making it.
    [[nodiscard]] bool has_ended(const WaitingResult& result) const;

    /// For status and metrics; needs no rights but to read.
    [[nodiscard]] OutboxSummary summary(const std::string& url) const;

    [[nodiscard]] Path events() const { return folder() / "events"; }

  private:
    [[nodiscard]] Path folder() const { return state_.outbox(); }

    Seams seams_;
    const StateFolder& state_;
};

}  // namespace guestpatch
