// The state folder: what survives. Every write is durable and in an order that a power cut cannot twist.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/domain/first_seen.hpp"
#include "agent/domain/patch_status.hpp"
#include "agent/domain/run_summary.hpp"
#include "agent/domain/running.hpp"
#include "platform/seams.hpp"

namespace guestpatch {

/// Reads and writes the documents of one machine. Writers hold the operation lock.
class StateFolder {
  public:
    StateFolder(Seams seams, Path folder) : seams_(seams), folder_(std::move(folder)) {}

    /// Takes the operation lock. Errc::busy names the kind, activity id and age of the one that runs.
    Result<std::unique_ptr<HeldLock>> begin(const RunningOperation& operation);
    /// The operation that runs now, if any.
    [[nodiscard]] std::optional<RunningOperation> running() const;

    /// The newest status; an empty one when there is none or it cannot be read. An assessment whose process
    /// is gone reads as Failed.
    [[nodiscard]] PatchStatus patch_status() const;
    [[nodiscard]] std::optional<Assessment> assessment(const std::string& activity_id) const;
    /// Every recorded run, the newest first; documents that cannot be read are set aside and left out.
    [[nodiscard]] std::vector<RunSummary> runs() const;
    [[nodiscard]] std::vector<FirstSeen> first_seen() const;

    /// What an interrupted predecessor left in progress is brought to its end: the result it had already
    /// written, or Failed. Says so in the log. For the holder of the lock.
    Result<void> finish_interrupted(Instant now);

    Result<void> write_status(const PatchStatus& status);
    /// Result first, then the status that points to it.
    Result<void> record(const Assessment& assessment, const std::vector<FirstSeen>& ledger);
    /// Removes results older than `keep`.
    void prune(seconds keep, Instant now);

  private:
    [[nodiscard]] std::optional<PatchStatus> stored_status() const;
    [[nodiscard]] Path result_path(const std::string& activity_id) const;
    /// Sets a document aside that cannot be read: nothing is lost, and the next write starts anew.
    void set_aside(const Path& path, const std::string& content, const Error& why) const;

    template <class T, class Decode>
    std::optional<T> read_document(const Path& path, Decode&& decode) const;

    Seams seams_;
    Path folder_;
};

}  // namespace guestpatch
