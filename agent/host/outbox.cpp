#include "agent/host/outbox.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "agent/host/event_spool.hpp"
#include "agent/wire/assessment_result.hpp"
#include "agent/wire/installation_result.hpp"
#include "agent/wire/ledger.hpp"
#include "agent/wire/report.hpp"
#include "platform/base/json.hpp"

namespace guestpatch {
namespace {

constexpr std::array<std::string_view, 2> kinds{"assessments", "installations"};
constexpr std::string_view struck_off = "struck off";
constexpr std::size_t kept_at_any_age = 10;

std::string_view kind_of(const WaitingResult& result) { return std::string_view(result.name).substr(0, result.name.find('/')); }
std::string id_of(const WaitingResult& result) { return result.name.substr(result.name.find('/') + 1); }

std::string version_of(const FileInfo& info) { return fmt::format("{} {}", format_instant(info.modified), info.size); }

/// Which patch is told of first when not all can be.
int rank(const Patch& patch) { return static_cast<int>(patch.classification); }
int rank(const PatchResult& result) {
    using enum InstallationState;
    constexpr std::array order{failed, installed, pending, excluded, not_selected};
    const auto place = std::ranges::find(order, result.state) - order.begin();
    return static_cast<int>(place) * 8 + rank(result.patch);
}

Json text_of(std::string text) { return {.kind = Json::Kind::string, .text = std::move(text)}; }

Json* member_of(Json& object, std::string_view name) {
    const auto found = std::ranges::find(object.members, name, &JsonMember::name);
    return found == object.members.end() ? nullptr : &found->value;
}

/// The document with only the first `keep` of the patches in `order`, and a note that says so; its counts stay.
std::string with_patches(Json document, std::string_view list, const std::vector<std::size_t>& order, std::size_t keep) {
    Json* patches = member_of(document, list);
    Json* facts = member_of(document, "guestpatch");
    if (patches == nullptr || facts == nullptr) return {};
    std::vector<std::size_t> kept(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(keep));
    std::ranges::sort(kept);
    std::vector<Json> items;
    for (const std::size_t place : kept) items.push_back(std::move(patches->items[place]));
    patches->items = std::move(items);
    Json note{.kind = Json::Kind::object};
    note.members.push_back({"code", text_of("PACKAGE_LIST_TRUNCATED")});
    note.members.push_back({"message", text_of(fmt::format("{} of {} patches are listed here; `guestpatch history` on the machine shows all",
                                                           keep, order.size()))});
    if (member_of(*facts, "notes") == nullptr) facts->members.push_back({"notes", {.kind = Json::Kind::array}});
    member_of(*facts, "notes")->items.push_back(std::move(note));
    return JsonWriter().json(document).take();
}

/// Leaves out the least of its patches until it fits.
template <class Document>
std::string encode_within(const Document& document, std::string_view list, std::size_t limit) {
    std::string text = encode(document);
    if (text.size() <= limit) return text;
    const auto whole = parse_json(text, JsonDialect::strict);
    if (!whole) return text;
    std::vector<std::size_t> order(document.patches.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t place) { return rank(document.patches[place]); });
    std::size_t keep = order.size();
    while (text.size() > limit && keep > 0) {
        // In proportion, and a little less: what is left out is only known to be less important, not to be smaller.
        keep = std::min(keep * limit / text.size(), keep - 1);
        text = with_patches(*whole, list, order, keep);
    }
    return text;
}

}  // namespace

Ledger Outbox::ledger(const std::string& url) const {
    const auto text = seams_.files.read(folder() / "ledger.json");
    const auto known = text ? decode_ledger(*text) : Result<Ledger>(text.error());
    // One that cannot be read costs a second delivery under the same ids, which a host takes for one.
    return known && known->url == url ? *known : Ledger{.url = url};
}

Result<void> Outbox::write(const Ledger& ledger) {
    return seams_.files.write_durably(folder() / "ledger.json", encode(ledger), Readers::everyone);
}

std::optional<Report> Outbox::report() const {
    const auto text = seams_.files.read(folder() / "patchStatus.json");
    if (!text) return std::nullopt;
    auto report = decode_report(*text);
    return report ? std::optional(std::move(*report)) : std::nullopt;
}

Result<void> Outbox::write(const Report& report) {
    return seams_.files.write_durably(folder() / "patchStatus.json", encode(report), Readers::everyone);
}

std::optional<Error> Outbox::unreadable() const {
    for (const char* name : {"ledger.json", "patchStatus.json"}) {
        const auto text = seams_.files.read(folder() / name);
        if (!text && text.error().code != Errc::not_found) return text.error();
    }
    return std::nullopt;
}

std::vector<WaitingResult> Outbox::results(const Ledger& ledger) const {
    std::vector<WaitingResult> waiting;
    for (const std::string_view kind : kinds) {
        for (const FileInfo& info : state_.results(kind)) {
            const std::string name = fmt::format("{}/{}", kind, Path(info.name).stem().string());
            std::string version = version_of(info);
            const auto known = ledger.results.find(name);
            if (known != ledger.results.end() && (known->second == version || known->second == struck_off)) continue;
            waiting.push_back({name, std::move(version), info.modified});
        }
    }
    std::ranges::stable_sort(waiting, {}, &WaitingResult::since);
    return waiting;
}

std::size_t Outbox::strike_off(Ledger& ledger, Instant now) const {
    // What history has forgotten, nobody asks about.
    std::map<std::string, std::string> kept;
    for (const std::string_view kind : kinds) {
        for (const FileInfo& info : state_.results(kind)) {
            if (auto known = ledger.results.extract(fmt::format("{}/{}", kind, Path(info.name).stem().string()))) kept.insert(std::move(known));
        }
    }
    ledger.results = std::move(kept);
    std::erase_if(ledger.limits, [&](const auto& limit) { return ledger.results.contains(limit.first); });
    const auto waiting = results(ledger);
    std::size_t struck = 0;
    for (std::size_t i = 0; i < waiting.size(); ++i) {
        const std::size_t newer = waiting.size() - i - 1;
        // A clock that leaps makes everything old: the newest wait all the same.
        const bool too_old = newer >= kept_at_any_age && now - waiting[i].since > longest_wait;
        if (newer < most_results && !too_old) continue;
        ledger.results[waiting[i].name] = struck_off;
        ++struck;
    }
    return struck;
}

bool Outbox::has_ended(const WaitingResult& result) const {
    // As long as a run is journaled, its result may be written once more.
    const State open = state_.journal();
    if (const Run* run = run_of(open); run != nullptr && run->activity_id == id_of(result)) return false;
    const std::string id = id_of(result);
    if (kind_of(result) == "assessments") {
        const auto found = state_.assessment(id);
        return found && found->status != OperationStatus::in_progress;
    }
    const auto found = state_.installation(id);
    return found && found->status != OperationStatus::in_progress;
}

std::optional<std::string> Outbox::body(const WaitingResult& result, std::size_t limit) const {
    if (!has_ended(result)) return std::nullopt;
    const std::string id = id_of(result);
    std::optional<std::string> text;
    if (kind_of(result) == "assessments") {
        if (const auto found = state_.assessment(id)) text = encode_within(*found, "availablePatches", limit);
    } else if (const auto found = state_.installation(id)) {
        text = encode_within(*found, "patches", limit);
    }
    // What is acknowledged must be what was sent.
    const auto listed = state_.results(kind_of(result));
    const auto now = std::ranges::find(listed, id + ".json", &FileInfo::name);
    return now != listed.end() && version_of(*now) == result.version ? text : std::nullopt;
}

OutboxSummary Outbox::summary(const std::string& url) const {
    const Ledger known = ledger(url);
    OutboxSummary summary{.spoke = known.spoke, .trouble = known.trouble, .goal = known.goal};
    const auto waits_since = [&](std::size_t& kind, Instant since) {
        ++kind;
        summary.oldest = std::min(summary.oldest.value_or(since), since);
    };
    if (const auto newest = report(); newest && !is_acknowledged(known, *newest)) waits_since(summary.reports, newest->generated);
    for (const WaitingResult& result : results(known)) waits_since(summary.results, result.since);
    for (const SpooledBatch& batch : EventSpool(seams_, events()).list()) waits_since(summary.batches, batch.since);
    return summary;
}

}  // namespace guestpatch
