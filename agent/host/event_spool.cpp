#include "agent/host/event_spool.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "agent/wire/events.hpp"
#include "platform/base/guid.hpp"
#include "platform/messages.hpp"
#include "platform/random.hpp"

namespace guestpatch {
namespace {

constexpr std::uint64_t highest_number = 999'999'999'999'999'999U;
constexpr std::uint64_t largest_file = std::uint64_t{4} << 20U;
constexpr std::uint64_t size_of_a_loss = 1024;  // the file of one short event is smaller: to tell anew makes no room
constexpr std::string_view loss_mark = "lost";
constexpr std::string_view extension = ".json";

std::optional<std::uint64_t> parse_digits(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (code != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::uint64_t size_of(const std::vector<SpooledBatch>& batches) {
    std::uint64_t sum = 0;
    for (const SpooledBatch& batch : batches) sum += batch.size;
    return sum;
}

}  // namespace

std::string file_name(const SpooledBatch& batch) {
    const bool loss = batch.holds == SpooledBatch::Holds::loss;
    return fmt::format("{:018}-{}-{}{}{}", batch.number, batch.id, loss ? loss_mark : "", batch.count, extension);
}

std::optional<SpooledBatch> parse_file_name(std::string_view name) {
    constexpr std::size_t digits = 18;
    constexpr std::size_t guid = 36;
    if (!name.ends_with(extension) || name.size() < digits + guid + 2) return std::nullopt;
    const auto number = parse_digits(name.substr(0, digits));
    const std::string_view id = name.substr(digits + 1, guid);
    std::string_view rest = name.substr(digits + 1 + guid);
    rest.remove_suffix(extension.size());
    if (!number || !is_guid(id) || !rest.starts_with('-')) return std::nullopt;
    rest.remove_prefix(1);
    const bool loss = rest.starts_with(loss_mark);
    if (loss) rest.remove_prefix(loss_mark.size());
    const auto count = parse_digits(rest);
    if (!count) return std::nullopt;
    SpooledBatch batch{.number = *number,
                       .id = std::string(id),
                       .count = *count,
                       .holds = loss ? SpooledBatch::Holds::loss : SpooledBatch::Holds::events};
    return file_name(batch) == name ? std::optional(std::move(batch)) : std::nullopt;
}

/// Both in order of age. `dropped` were counted as lost, and a power cut kept them from being removed.
struct EventSpool::Content {
    std::vector<SpooledBatch> waiting;
    std::vector<SpooledBatch> dropped;
};

EventSpool::Content EventSpool::look() const {
    Content content;
    const auto files = seams_.files.list(folder_);
    if (!files) return content;
    std::uint64_t lost_until = 0;
    for (const FileInfo& file : *files) {
        auto batch = parse_file_name(file.name);
        if (!batch || file.kind != FileKind::regular) continue;
        batch->size = file.size;
        batch->since = file.modified;
        if (batch->holds == SpooledBatch::Holds::loss) lost_until = std::max(lost_until, batch->number);
        content.waiting.push_back(std::move(*batch));
    }
    const auto was_dropped = [lost_until](const SpooledBatch& batch) {
        return batch.number < lost_until || (batch.number == lost_until && batch.holds == SpooledBatch::Holds::events);
    };
    const auto kept = std::ranges::stable_partition(content.waiting, was_dropped).begin();
    content.dropped.assign(content.waiting.begin(), kept);
    content.waiting.erase(content.waiting.begin(), kept);
    std::ranges::sort(content.waiting, {}, &SpooledBatch::number);
    return content;
}

std::vector<SpooledBatch> EventSpool::list() const { return look().waiting; }

Result<void> EventSpool::write(SpooledBatch batch, const std::string& instance, std::vector<HostEvent> events) const {
    const std::string text = encode(EventBatch{batch.id, instance, std::move(events)});
    return seams_.files.write_durably(folder_ / file_name(batch), text, Readers::owner);
}

Result<void> EventSpool::add(std::vector<HostEvent> events, const std::string& instance) {
    for (std::vector<HostEvent>& part : in_parts(std::move(events))) {
        SpooledBatch batch{.id = make_guid(), .count = part.size()};
        const std::uint64_t size = encode(EventBatch{batch.id, instance, part}).size();
        if (auto made = make_room(size, part.front(), instance); !made) return made;
        const auto waiting = list();
        batch.number = waiting.empty() ? 1 : std::min(waiting.back().number + 1, highest_number);
        if (auto written = write(std::move(batch), instance, std::move(part)); !written) return written;
    }
    return {};
}

/// The loss is on disk before what is lost is removed: a power cut between leaves `dropped`, and never a loss untold.
Result<void> EventSpool::make_room(std::uint64_t wanted, const HostEvent& sample, const std::string& instance) const {
    Content content = look();
    std::vector<SpooledBatch>& waiting = content.waiting;
    std::uint64_t size = size_of(waiting);
    SpooledBatch loss{.id = make_guid(), .holds = SpooledBatch::Holds::loss};
    const auto is_enough = [&](std::size_t taken) {
        return size + wanted + (taken == 0 ? 0 : size_of_a_loss) <= bound_;
    };
    std::size_t taken = 0;
    for (; taken < waiting.size() && !is_enough(taken); ++taken) {
        size -= waiting[taken].size;
        loss.number = waiting[taken].number;
        loss.count += waiting[taken].count;
    }
    const bool known = taken != 0 && waiting.front().holds == SpooledBatch::Holds::loss;
    if (taken != 0) {
        HostEvent told = dropped_events(loss.count, sample.version, seams_.clocks.wall());
        told.pid = sample.pid;
        told.tid = sample.tid;
        // Once until it was sent: this too may become an event.
        if (!known) seams_.log.tell(message::events_dropped, told.message);
        if (auto written = write(loss, instance, {std::move(told)}); !written) return written;
        content.dropped.insert(content.dropped.end(), waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(taken));
    }
    for (const SpooledBatch& batch : content.dropped) {
        if (auto removed = remove(batch); !removed) return removed;
    }
    return {};
}

Result<std::string> EventSpool::read(const SpooledBatch& batch) const {
    const Path path = folder_ / file_name(batch);
    std::string text;
    if (batch.size <= largest_file) {
        auto content = seams_.files.read(path);
        if (!content) return content.error();
        text = std::move(*content);
    }
    const auto decoded = decode_events(text);
    if (decoded && decoded->id == batch.id) return encode(*decoded);
    const Error why = decoded ? Error{Errc::invalid, "batchId: is not the one of the name"} : decoded.error();
    const Path aside = folder_ / "damaged";
    seams_.log.tell(message::document_set_aside,
                    fmt::format("{} cannot be read ({}); kept as {}", path.string(), why.message, aside.string()));
    if (auto kept = seams_.files.write_durably(aside, text, Readers::owner); !kept) return kept.error();
    if (auto removed = remove(batch); !removed) return removed.error();
    return Error{Errc::invalid, why.message};
}

Result<void> EventSpool::remove(const SpooledBatch& batch) const { return seams_.files.remove(folder_ / file_name(batch)); }

}  // namespace guestpatch
