#include "agent/engine/state_folder.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "agent/wire/assessment_result.hpp"
#include "agent/wire/first_seen.hpp"
#include "agent/wire/patch_status.hpp"
#include "agent/wire/running.hpp"

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

std::optional<RunningOperation> StateFolder::running() const {
    const auto holder = seams_.locks.holder(folder_ / "lock");
    const std::string text = holder ? holder->value_or("") : "";  // free, or not ours to know
    const auto operation = decode_running(text);
    return operation ? std::optional(*operation) : std::nullopt;
}

template <class T, class Decode>
std::optional<T> StateFolder::read_document(const Path& path, Decode&& decode) const {
    const auto text = seams_.files.read(path);
    if (!text) {
        if (text.error().code != Errc::not_found) seams_.log.warning(text.error().message);
        return std::nullopt;
    }
    auto document = decode(*text);
    if (document) return std::move(*document);
    set_aside(path, *text, document.error());
    return std::nullopt;
}

void StateFolder::set_aside(const Path& path, const std::string& content, const Error& why) const {
    Path aside = path;
    aside += ".unreadable";
    seams_.log.warning(fmt::format("{} cannot be read ({}); kept as {}", path.string(), why.message, aside.string()));
    if (auto kept = seams_.files.write_durably(aside, content, Readers::everyone); !kept) {
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
    if (now_running && now_running->activity_id == id) return stored;
    return end_assessment(stored, assessment(id).value_or(interrupted_assessment(stored, stored.available->modified)));
}

std::optional<Assessment> StateFolder::assessment(const std::string& activity_id) const {
    if (!is_plain_id(activity_id)) return std::nullopt;
    return read_document<Assessment>(result_path(activity_id), decode_assessment);
}

std::vector<RunSummary> StateFolder::runs() const {
    std::vector<RunSummary> runs;
    const auto listed = seams_.files.list(folder_ / "assessments");
    if (!listed) return runs;
    for (const FileInfo& info : *listed) {
        constexpr std::string_view suffix = ".json";
        if (!info.name.ends_with(suffix)) continue;
        const auto found = assessment(info.name.substr(0, info.name.size() - suffix.size()));
        if (found) runs.push_back(summarize_run(*found));
    }
    std::ranges::stable_sort(runs, std::ranges::greater(), &RunSummary::started);
    return runs;
}

std::vector<FirstSeen> StateFolder::first_seen() const {
    return read_document<std::vector<FirstSeen>>(folder_ / "firstSeen.json", decode_first_seen)
        .value_or(std::vector<FirstSeen>());
}

Result<void> StateFolder::finish_interrupted(Instant now) {
    const auto stored = stored_status();
    if (!stored || !stored->available || stored->available->status != OperationStatus::in_progress) return {};
    const std::string& id = stored->available->activity_id;
    // Its process is gone, since the lock is ours.
    if (const auto ended = assessment(id)) return write_status(end_assessment(*stored, *ended));
    seams_.log.warning("an earlier assessment was interrupted; it is reported as Failed", {{"activity", id}});
    const Assessment failed = interrupted_assessment(*stored, now);
    if (is_plain_id(id)) {
        if (auto kept = seams_.files.write_durably(result_path(id), encode(failed), Readers::everyone); !kept) return kept;
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
    auto kept = seams_.files.write_durably(result_path(assessment.activity_id), encode(assessment), Readers::everyone);
    if (!kept) return kept;
    return write_status(end_assessment(stored_status().value_or(PatchStatus()), assessment));
}

void StateFolder::prune(seconds keep, Instant now) {
    const Path results = folder_ / "assessments";
    const auto listed = seams_.files.list(results);
    if (!listed) return;
    for (const FileInfo& info : *listed) {
        if (now - info.modified <= keep) continue;
        if (auto removed = seams_.files.remove(results / info.name); !removed) seams_.log.warning(removed.error().message);
    }
}

Path StateFolder::result_path(const std::string& activity_id) const {
    return folder_ / "assessments" / (activity_id + ".json");
}

}  // namespace guestpatch
