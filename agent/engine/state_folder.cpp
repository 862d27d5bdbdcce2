#include "agent/engine/state_folder.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "agent/wire/assessment_result.hpp"
#include "agent/wire/attempts.hpp"
#include "agent/wire/experience.hpp"
#include "agent/wire/first_seen.hpp"
#include "agent/wire/installation_result.hpp"
#include "agent/wire/journal.hpp"
#include "agent/wire/patch_mode.hpp"
#include "agent/wire/patch_status.hpp"
#include "agent/wire/requests.hpp"
#include "agent/wire/running.hpp"
#include "agent/wire/timetable.hpp"
#include "platform/messages.hpp"

namespace guestpatch {
namespace {

Error already_running(const std::string& text, Instant now) {
    const auto operation = decode_running(text);
    if (!operation) return {Errc::busy, "another operation is running"};
    return {Errc::busy,
            fmt::format("another operation is running: {} {}, started {} ago (pid {})", operation->kind,
                        operation->activity_id, describe_duration(std::max(now - operation->started, seconds(0))),
                        operation->pid)};
}

constexpr std::string_view assessments = "assessments";
constexpr std::string_view installations = "installations";
constexpr std::string_view result_suffix = ".json";

/// A GUID and nothing else may become a file name.
bool is_plain_id(std::string_view id) {
    constexpr std::string_view allowed = "0123456789abcdefABCDEF-";
    return !id.empty() && id.find_first_not_of(allowed) == std::string_view::npos;
}

}  // namespace

Result<std::unique_ptr<HeldLock>> StateFolder::begin(const RunningOperation& operation) {
    auto held = seams_.locks.acquire(folder_ / "lock", encode(operation));
    if (!held && held.error().code == Errc::busy) return already_running(held.error().message, seams_.clocks.wall());
    return std::move(held).within("state folder");
}

bool StateFolder::is_held() const {
    const auto holder = seams_.locks.holder(folder_ / "lock");
    return holder && holder->has_value();
}

std::optional<RunningOperation> StateFolder::running() const {
    const auto holder = seams_.locks.holder(folder_ / "lock");
    const std::string text = holder ? holder->value_or("") : "";  // free, or not ours to know
    const auto operation = decode_running(text);
    return operation ? std::optional(*operation) : std::nullopt;
}

template <class T, class Decode>
std::optional<T> StateFolder::read_document(const Path& path, Decode&& decode, Readers readers) const {
    const auto text = seams_.files.read(path);
    if (!text) {
        const Errc code = text.error().code;
        if (code == Errc::permission) seams_.log.debug(text.error().message);  // not everything is everybody's
        if (code != Errc::permission && code != Errc::not_found) seams_.log.tell(message::document_not_read, text.error().message);
        return std::nullopt;
    }
    auto document = decode(*text);
    if (document) return std::move(*document);
    set_aside(path, *text, readers, document.error());
    return std::nullopt;
}

void StateFolder::set_aside(const Path& path, const std::string& content, Readers readers, const Error& why) const {
    Path aside = path;
    aside += ".unreadable";
    if (const auto known = seams_.files.read(aside); known && *known == content) return;  // told already
    seams_.log.tell(message::document_set_aside,
                    fmt::format("{} cannot be read ({}); kept as {}", path.string(), why.message, aside.string()));
    if (auto kept = seams_.files.write_durably(aside, content, readers); !kept) {
        seams_.log.debug(kept.error().message);  // not root: the document simply stays where it is
    }
}

std::optional<PatchStatus> StateFolder::stored_status() const {
    return read_document<PatchStatus>(folder_ / "patchStatus.json", decode_patch_status);
}

PatchStatus StateFolder::patch_status() const {
    PatchStatus stored = stored_status().value_or(PatchStatus());
    if (!stored.available || stored.available->status != OperationStatus::in_progress) return stored;
    const std::string& id = stored.available->activity_id;
    const auto now_running = running();
    // An installation, or a change of the patch mode, assesses under an activity id of its own.
    if (now_running && (now_running->activity_id == id || now_running->kind != "Assessment")) return stored;
    return end_assessment(stored, assessment(id).value_or(interrupted_assessment(stored, stored.available->modified)));
}

std::optional<Assessment> StateFolder::assessment(const std::string& activity_id) const {
    if (!is_plain_id(activity_id)) return std::nullopt;
    return read_document<Assessment>(result_path(assessments, activity_id), decode_assessment);
}

std::optional<Installation> StateFolder::installation(const std::string& activity_id) const {
    if (!is_plain_id(activity_id)) return std::nullopt;
    return read_document<Installation>(result_path(installations, activity_id), decode_installation);
}

template <class Decode>
void StateFolder::add_runs(std::string_view kind, Decode&& decode, std::vector<RunSummary>& runs) const {
    for (const FileInfo& info : results(kind)) {
        const auto found = decode(info.name.substr(0, info.name.size() - result_suffix.size()));
        if (found) runs.push_back(summarize_run(*found));
    }
}

std::vector<FileInfo> StateFolder::results(std::string_view kind) const {
    auto listed = seams_.files.list(folder_ / kind);
    if (!listed) return {};
    std::erase_if(*listed, [](const FileInfo& info) { return info.kind != FileKind::regular || !info.name.ends_with(result_suffix); });
    return std::move(*listed);
}

std::vector<RunSummary> StateFolder::runs() const {
    std::vector<RunSummary> runs;
    add_runs(assessments, [this](const std::string& id) { return assessment(id); }, runs);
    add_runs(installations, [this](const std::string& id) { return installation(id); }, runs);
    std::ranges::stable_sort(runs, std::ranges::greater(), &RunSummary::started);
    return runs;
}

State StateFolder::journal() const {
    return read_document<State>(folder_ / "journal.json", decode_journal, Readers::owner).value_or(Idle());
}

Result<void> StateFolder::write_journal(const State& state) {
    const Path path = folder_ / "journal.json";
    if (std::holds_alternative<Idle>(state)) return seams_.files.remove(path);
    return seams_.files.write_durably(path, encode(state), Readers::owner);
}

std::optional<Assessment> StateFolder::last_sight() const {
    const PatchStatus status = patch_status();
    if (!status.available) return std::nullopt;
    if (auto newest = assessment(status.available->activity_id); newest && !newest->failure) return newest;
    auto documents = results(assessments);
    std::ranges::stable_sort(documents, std::ranges::greater(), &FileInfo::modified);
    for (const FileInfo& document : documents) {
        auto found = assessment(document.name.substr(0, document.name.size() - result_suffix.size()));
        if (found && found->status != OperationStatus::failed && found->status != OperationStatus::in_progress) return found;
    }
    return std::nullopt;
}

std::vector<FirstSeen> StateFolder::first_seen() const {
    return read_document<std::vector<FirstSeen>>(folder_ / "firstSeen.json", decode_first_seen)
        .value_or(std::vector<FirstSeen>());
}

Timetable StateFolder::timetable() const {
    return read_document<Timetable>(folder_ / "timetable.json", decode_timetable).value_or(Timetable());
}

Result<void> StateFolder::write_timetable(const Timetable& timetable) {
    return seams_.files.write_durably(folder_ / "timetable.json", encode(timetable), Readers::everyone);
}

Experience StateFolder::experience() const {
    return read_document<Experience>(folder_ / "estimates.json", decode_experience).value_or(Experience());
}

Attempts StateFolder::attempts() const {
    return read_document<Attempts>(folder_ / "attempts.json", decode_attempts).value_or(Attempts());
}

Result<void> StateFolder::write(const Experience& experience) {
    return seams_.files.write_durably(folder_ / "estimates.json", encode(experience), Readers::everyone);
}

Result<void> StateFolder::write(const Attempts& attempts) {
    return seams_.files.write_durably(folder_ / "attempts.json", encode(attempts), Readers::everyone);
}

Result<void> StateFolder::finish_interrupted(Instant now) {
    const auto stored = stored_status();
    if (!stored || !stored->available || stored->available->status != OperationStatus::in_progress) return {};
    const std::string& id = stored->available->activity_id;
    // Its process is gone, since the lock is ours.
    if (const auto ended = assessment(id)) return write_status(end_assessment(*stored, *ended));
    seams_.log.tell(message::assessment_interrupted, "an earlier assessment was interrupted; it is reported as Failed",
                    {{"activity", id}});
    const Assessment failed = interrupted_assessment(*stored, now);
    if (is_plain_id(id)) {
        auto kept = seams_.files.write_durably(result_path(assessments, id), encode(failed), Readers::everyone);
        if (!kept) return kept;
    }
    return write_status(end_assessment(*stored, failed));
}

Result<void> StateFolder::write_status(const PatchStatus& status) {
    return seams_.files.write_durably(folder_ / "patchStatus.json", encode(status), Readers::everyone);
}

Result<void> StateFolder::record(const Assessment& assessment, const std::vector<FirstSeen>& ledger) {
    if (!assessment.failure) {
        auto kept = seams_.files.write_durably(folder_ / "firstSeen.json", encode(ledger), Readers::everyone);
        if (!kept) return kept;
    }
    auto kept = seams_.files.write_durably(result_path(assessments, assessment.activity_id), encode(assessment), Readers::everyone);
    if (!kept) return kept;
    return write_status(end_assessment(stored_status().value_or(PatchStatus()), assessment));
}

Result<void> StateFolder::decline(const Assessment& assessment) {
    return seams_.files.write_durably(result_path(assessments, assessment.activity_id), encode(assessment), Readers::everyone);
}

Result<void> StateFolder::decline(const Installation& installation) {
    return seams_.files.write_durably(result_path(installations, installation.activity_id), encode(installation), Readers::everyone);
}

Result<RequestBook> StateFolder::requests() const {
    const auto text = seams_.files.read(folder_ / "requests.json");
    if (!text && text.error().code != Errc::not_found) return text.error();
    return read_document<RequestBook>(folder_ / "requests.json", decode_requests).value_or(RequestBook());
}

Result<void> StateFolder::write(const RequestBook& book) {
    return seams_.files.write_durably(folder_ / "requests.json", encode(book), Readers::everyone);
}

void StateFolder::forget(const std::string& name) {
    const std::size_t slash = name.find('/');
    const std::string_view kind = std::string_view(name).substr(0, slash);
    const std::string id = slash == std::string::npos ? "" : name.substr(slash + 1);
    if ((kind != assessments && kind != installations) || !is_plain_id(id)) return;
    if (auto removed = seams_.files.remove(result_path(kind, id)); !removed) {
        seams_.log.tell(message::old_document_not_removed, removed.error().message);
    }
}

Result<void> StateFolder::record(const Installation& installation) {
    auto kept = seams_.files.write_durably(result_path(installations, installation.activity_id), encode(installation), Readers::everyone);
    if (!kept) return kept;
    PatchStatus status = stored_status().value_or(PatchStatus());
    status.installation = summarize(installation);
    return write_status(status);
}

Result<void> StateFolder::record(const std::vector<InstanceViewStatus>& configuration) {
    PatchStatus status = stored_status().value_or(PatchStatus());
    status.configuration = configuration;
    return write_status(status);
}

Result<std::optional<PatchModeRecord>> StateFolder::patch_mode() const {
    const Path path = native_updates() / "mode.json";
    const auto text = seams_.files.read(path);
    if (!text && text.error().code == Errc::not_found) return std::optional<PatchModeRecord>();
    if (!text) return text.error();
    auto record = decode_patch_mode(*text);
    if (record) return std::optional(std::move(*record));
    set_aside(path, *text, Readers::owner, record.error());
    return std::optional<PatchModeRecord>();
}

Result<void> StateFolder::write_patch_mode(const PatchModeRecord& record) {
    return seams_.files.write_durably(native_updates() / "mode.json", encode(record), Readers::owner);
}

void StateFolder::prune(seconds keep, Instant now) {
    prune_folder(folder_ / assessments, keep, now);
    prune_folder(folder_ / installations, keep, now);
    prune_folder(folder_ / "running", keep, now);
}

void StateFolder::prune_folder(const Path& folder, seconds keep, Instant now) {
    const auto listed = seams_.files.list(folder);
    if (!listed) return;
    for (const FileInfo& info : *listed) {
        if (now - info.modified <= keep) continue;
        auto removed = info.kind == FileKind::directory ? seams_.files.remove_folder(folder / info.name)
                                                        : seams_.files.remove(folder / info.name);
        if (!removed) seams_.log.tell(message::old_document_not_removed, removed.error().message);
    }
}

Path StateFolder::result_path(std::string_view kind, const std::string& activity_id) const {
    return folder_ / kind / (activity_id + std::string(result_suffix));
}

}  // namespace guestpatch
