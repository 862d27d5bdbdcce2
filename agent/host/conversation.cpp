#include "agent/host/conversation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "agent/config/goal.hpp"
#include "agent/host/credentials.hpp"
#include "agent/host/paths.hpp"
#include "agent/wire/machine_record.hpp"
#include "agent/wire/report.hpp"
#include "platform/base/guid.hpp"
#include "platform/messages.hpp"
#include "platform/random.hpp"

namespace guestpatch {
namespace {

constexpr std::size_t most_bytes = std::size_t{6} << 20U;  // of one exchange: a process holds them three times
constexpr seconds long_poll{55};
constexpr seconds beyond_the_poll{30};

HostTrouble trouble_of(const Error& error) {
    const bool missing = error.code == Errc::not_found;
    return {{}, missing ? "COURIER_MISSING" : error.code == Errc::timed_out ? "TIMED_OUT" : "COURIER_FAILED", error.message};
}

}  // namespace

TalkOutcome Conversation::hold(const Courier& courier, Talk talk, milliseconds at_most, const std::stop_token& stop) {
    const HostSettings& host = subject_.topics.settings.host;
    talk_ = talk;
    keep_events();
    auto credentials = read_credentials(subject_.seams.files, host);
    const auto unreadable = subject_.outbox.unreadable();
    if (!credentials || unreadable) {
        outcome_.failed = true;
        note_trouble(unreadable ? HostTrouble{{}, "OUTBOX_UNREADABLE", unreadable->message}
                                : HostTrouble{{}, "CREDENTIAL_UNSAFE", credentials.error().message});
        // Written anew, a ledger that is only unreadable for a moment would be lost.
        if (unreadable) {
            log().tell(message::document_not_read, unreadable->message);
        } else {
            close();
        }
        return outcome_;
    }
    write_letters(talk);
    if (letters_.empty()) {
        close();
        return outcome_;
    }
    Exchange exchange{.peer = Peer::host, .url = host.url, .credentials = std::move(*credentials)};
    for (Letter& letter : letters_) exchange.calls.push_back(std::move(letter.call));
    const auto replies = courier.exchange(exchange, at_most, stop);
    if (!replies) {
        if (replies.error().code == Errc::cancelled) return outcome_;  // it was we who ended it: that says nothing of the host
        outcome_.failed = true;
        outcome_.too_slow = replies.error().code == Errc::timed_out;
        note_trouble(trouble_of(replies.error()));
    } else {
        for (std::size_t i = 0; i < replies->size(); ++i) hear(letters_[i], (*replies)[i]);
        left_over_ = left_over_ || replies->size() < letters_.size();
    }
    // Going on at once is for who gets further.
    outcome_.more = !outcome_.failed && (outcome_.more || (left_over_ && acknowledged_ > 0));
    close();
    return outcome_;
}

// --- what is said ----------------------------------------------------------------------------------

/// First of all: nothing that goes wrong later may lose them.
void Conversation::keep_events() {
    const bool wanted = subject_.topics.events && !ledger().no_events;
    if (!wanted) {
        for (const SpooledBatch& batch : spool_.list()) (void)spool_.remove(batch);
        return;
    }
    if (subject_.events.empty()) return;
    const auto report = subject_.outbox.report();
    // An event belongs to the instance that reports.
    if (!report) {
        outcome_.unkept = std::move(subject_.events);
        return;
    }
    auto events = subject_.events;
    if (auto kept = spool_.add(std::move(events), report->instance); !kept) outcome_.unkept = std::move(subject_.events);
}

/// The goal before what may be many, or never gets through.
void Conversation::write_letters(Talk talk) {
    if (talk == Talk::await_goal) return ask_for_goal(talk);
    if (const std::size_t struck = subject_.outbox.strike_off(ledger(), now()); struck > 0 && before_.spoke) {
        log().tell(message::reports_dropped, fmt::format("{} results are too old, or too many, to be kept for the host", struck));
    }
    if (!subject_.left_alone.contains(record_name)) write_record();
    if (!subject_.left_alone.contains(report_name)) write_report();
    if (talk == Talk::everything) ask_for_goal(talk);
    write_results();
    write_events();
}

bool Conversation::is_full() const { return letters_.size() >= subject_.most_letters || bytes_ >= most_bytes; }

void Conversation::add(Letter letter, std::string method, const std::string& path, std::string body, const std::string& key) {
    letter.bytes = body.size();
    bytes_ += body.size();
    letter.call.id = letter.name;
    letter.call.method = std::move(method);
    letter.call.path = machine_path(subject_.record.machine_id, path);
    if (!body.empty()) letter.call.headers.push_back({"Content-Type", "application/json"});
    if (!key.empty()) letter.call.headers.push_back({"Idempotency-Key", key});
    letter.call.body = std::move(body);
    letters_.push_back(std::move(letter));
}

void Conversation::write_record() {
    std::string body = encode(subject_.record);
    std::string fingerprint = guid_of(body);
    if (ledger().record == fingerprint) return;
    // A key of its own each time: a host that has forgotten the machine may remember keys.
    add({.kind = CallKind::record, .name = record_name, .version = std::move(fingerprint)}, "PUT", "record", std::move(body), make_guid());
}

/// The report goes to the disk before it goes anywhere else: a number is never used for two.
void Conversation::write_report() {
    report_ = subject_.outbox.report();
    if (is_report_due(report_, ledger(), subject_.facts, subject_.topics.interval)) {
        Report next = next_report_after(report_, subject_.facts, make_guid(), make_guid());
        if (auto kept = subject_.outbox.write(next); !kept) {
            note_trouble({{}, "OUTBOX_NOT_WRITTEN", kept.error().message});
            outcome_.failed = true;
            report_.reset();
            return;
        }
        report_ = std::move(next);
    }
    if (!report_ || is_acknowledged(ledger(), *report_)) return;
    add({.kind = CallKind::report, .name = report_name}, "PUT", "patchStatus", encode(*report_), report_->report_id);
}

void Conversation::write_results() {
    for (const WaitingResult& result : subject_.outbox.results(ledger())) {
        if (subject_.left_alone.contains(result.name)) continue;
        if (is_full()) {
            left_over_ = true;
            return;
        }
        const auto limit = ledger().limits.find(result.name);
        auto body = subject_.outbox.body(result, limit == ledger().limits.end() ? largest_result : limit->second);
        if (!body) continue;
        const std::string key = guid_of(fmt::format("{} {}", result.name, *body));
        add({.kind = CallKind::result, .name = result.name, .version = result.version}, "PUT", result.name, std::move(*body), key);
    }
}

void Conversation::write_events() {
    if (!subject_.topics.events || ledger().no_events) return;
    for (const SpooledBatch& batch : spool_.list()) {
        const std::string name = "events/" + batch.id;
        if (subject_.left_alone.contains(name)) continue;
        if (is_full()) {
            left_over_ = true;
            return;
        }
        auto body = spool_.read(batch);
        if (!body) continue;
        add({.kind = CallKind::events, .name = name, .batch = batch}, "POST", "events", std::move(*body), batch.id);
    }
}

/// Also after an upgrade that finds fault with it: what cannot be acted on must be asked for whole.
bool Conversation::knows_goal() const {
    if (!subject_.ledger.goal || subject_.ledger.goal->etag.empty()) return false;
    const auto kept = subject_.seams.files.read(subject_.state.goal_state());
    return kept && read_goal_state("goal state", *kept, subject_.record.place.os_type).errors.empty();
}

void Conversation::ask_for_goal(Talk talk) {
    Letter letter{.kind = CallKind::goal, .name = "goalState"};
    if (knows_goal()) letter.call.headers.push_back({"If-None-Match", ledger().goal->etag});
    if (talk == Talk::await_goal) {
        letter.call.headers.push_back({"Prefer", fmt::format("wait={}", long_poll.count())});
        letter.call.limit = long_poll + beyond_the_poll;
    }
    add(std::move(letter), "GET", "goalState", "", "");
}

}  // namespace guestpatch
