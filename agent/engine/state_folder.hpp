// The state folder: what survives. Every write is durable and in an order that a power cut cannot twist.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/domain/attempts.hpp"
#include "agent/domain/experience.hpp"
#include "agent/domain/first_seen.hpp"
#include "agent/domain/lifecycle.hpp"
#include "agent/domain/patch_mode.hpp"
#include "agent/domain/requests.hpp"
#include "agent/domain/patch_status.hpp"
#include "agent/domain/progress.hpp"
#include "agent/domain/run_summary.hpp"
#include "agent/domain/running.hpp"
#include "agent/domain/timetable.hpp"
#include "platform/seams.hpp"

namespace guestpatch {

/// Reads and writes the documents of one machine. Writers hold the operation lock.
class StateFolder {
  public:
    /// `runtime` holds what may be lost with the power.
    StateFolder(Seams seams, Path folder, Path runtime)
        : seams_(seams), folder_(std::move(folder)), runtime_(std::move(runtime)) {}

    /// Takes the operation lock. Errc::busy names the kind, activity id and age of the one that runs.
    Result<std::unique_ptr<HeldLock>> begin(const RunningOperation& operation);
    /// Whether somebody holds the operation lock, whatever its text says.
    [[nodiscard]] bool is_held() const;
    /// The operation that runs now, if any.
    [[nodiscard]] std::optional<RunningOperation> running() const;

    /// The newest status; an empty one when there is none or it cannot be read. An assessment whose process
    /// is gone reads as Failed.
    [[nodiscard]] PatchStatus patch_status() const;
    [[nodiscard]] std::optional<Assessment> assessment(const std::string& activity_id) const;
    /// The newest assessment that saw something, while a newer one runs or has failed.
    [[nodiscard]] std::optional<Assessment> last_sight() const;
    [[nodiscard]] std::optional<Installation> installation(const std::string& activity_id) const;
    /// The documents of one kind, "assessments" or "installations".
    [[nodiscard]] std::vector<FileInfo> results(std::string_view kind) const;
    /// Every recorded run, the newest first; documents that cannot be read are set aside and left out.
    [[nodiscard]] std::vector<RunSummary> runs() const;
    [[nodiscard]] std::vector<FirstSeen> first_seen() const;

    /// What runs have taught about time, and about loops.
    [[nodiscard]] Experience experience() const;
    [[nodiscard]] Attempts attempts() const;
    Result<void> write(const Experience& experience);
    Result<void> write(const Attempts& attempts);
    /// The daemon's own memory; an empty one when there is none or it cannot be read.
    [[nodiscard]] Timetable timetable() const;
    Result<void> write_timetable(const Timetable& timetable);

    /// What an interrupted predecessor left in progress is brought to its end: the result it had already
    /// written, or Failed. Says so in the log. For the holder of the lock.
    Result<void> finish_interrupted(Instant now);

    /// The state of the running operation, Idle when there is none. One that cannot be read is set aside; what
    /// it told of is then known from patchStatus alone.
    [[nodiscard]] State journal() const;
    Result<void> write_journal(const State& state);
    /// Where a detached job keeps its output: root's alone.
    [[nodiscard]] Detached job(const std::string& name) const { return {name, folder_ / "running" / name}; }
    /// The jobs of a run that were launched, in order.
    [[nodiscard]] std::vector<std::string> jobs_of(const std::string& activity_id) const;
    /// Whether the job of this name, or part of a job, runs at this moment.
    [[nodiscard]] bool job_lives(const std::string& job_or_part) const;
    /// The job and the parts it consists of (a repair takes several calls).
    [[nodiscard]] std::vector<Detached> parts_of(const std::string& name) const;

    Result<void> write_status(const PatchStatus& status);
    /// Result first, then the status that points to it.
    Result<void> record(const Assessment& assessment, const std::vector<FirstSeen>& ledger);
    /// The same for an installation, at its start and at its end.
    Result<void> record(const Installation& installation);

    /// The result of an operation that was asked for and never begun: patchStatus does not tell of it.
    Result<void> decline(const Assessment& assessment);
    Result<void> decline(const Installation& installation);
    /// Removes one result, "installations/<id>", that tells nothing another one does not.
    void forget(const std::string& name);
    /// What the host has asked for and was begun; an empty one when there is none, or it is set aside. An error: it cannot
    /// be read just now, and nothing may be begun.
    [[nodiscard]] Result<RequestBook> requests() const;
    Result<void> write(const RequestBook& book);
    /// What waits for the host, the host's newest goal state, and what is known of this machine's place.
    [[nodiscard]] Path outbox() const { return folder_ / "outbox"; }
    [[nodiscard]] Path goal_state() const { return folder_ / "goalState.json"; }
    /// Whose it is.
    [[nodiscard]] Path goal_url() const { return folder_ / "goalState.url"; }
    [[nodiscard]] Path place() const { return folder_ / "place.json"; }
    /// Which boot has asked for the place.
    [[nodiscard]] Path place_asked() const { return runtime_ / "place.asked"; }

    /// The outcome of configuring: configurationStatuses. Assessments and installations leave it as it is.
    Result<void> record(const std::vector<InstanceViewStatus>& configuration);

    /// How native updates were found, and which patch mode is applied: root's alone.
    [[nodiscard]] Path native_updates() const { return folder_ / "native-updates"; }
    /// Nothing: no mode was ever applied, or the record of it cannot be read and is set aside: how native updates were
    /// found is in documents of their own. An error: it cannot be read just now.
    [[nodiscard]] Result<std::optional<PatchModeRecord>> patch_mode() const;
    Result<void> write_patch_mode(const PatchModeRecord& record);

    /// Where the operation of this activity id stands, as far as it said.
    [[nodiscard]] std::optional<OperationProgress> progress(const std::string& activity_id) const;
    void write_progress(const OperationProgress& progress);

    /// Removes results older than `keep`.
    void prune(seconds keep, Instant now);

  private:
    [[nodiscard]] std::optional<PatchStatus> stored_status() const;
    [[nodiscard]] Path result_path(std::string_view kind, const std::string& activity_id) const;
    void prune_folder(const Path& folder, seconds keep, Instant now);
    /// Sets a document aside that cannot be read: nothing is lost, and the next write starts anew.
    void set_aside(const Path& path, const std::string& content, Readers readers, const Error& why) const;

    template <class Decode>
    void add_runs(std::string_view kind, Decode&& decode, std::vector<RunSummary>& runs) const;
    template <class T, class Decode>
    std::optional<T> read_document(const Path& path, Decode&& decode, Readers readers = Readers::everyone) const;

    Seams seams_;
    Path folder_;
    Path runtime_;
};

}  // namespace guestpatch
