// What the host answered, and what follows from it.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "agent/config/goal.hpp"
#include "agent/config/load.hpp"
#include "agent/host/conversation.hpp"
#include "agent/wire/report.hpp"
#include "platform/messages.hpp"
#include "platform/random.hpp"

namespace guestpatch {
namespace {

constexpr std::size_t smallest_result = 4096;  // without any patch a result has less

}  // namespace

void Conversation::hear(const Letter& letter, const Reply& reply) {
    Judgement judgement = judge(letter.kind, reply);
    outcome_.heard = outcome_.heard || reply.status != 0;
    if (judgement.retry_after) outcome_.retry_after = std::max(outcome_.retry_after.value_or(seconds(0)), *judgement.retry_after);
    switch (judgement.verdict) {
        case Verdict::accepted: return accept(letter, reply);
        case Verdict::unchanged:
            if (ledger().goal) ledger().goal->at = now();
            return;
        case Verdict::absent:
            if (letter.kind == CallKind::goal) drop_goal();
            if (letter.kind == CallKind::events) ledger().no_events = true;
            return;
        case Verdict::conflict: return settle_conflict(reply);
        case Verdict::gone: return register_anew(letter);
        case Verdict::too_large: shorten(letter); break;
        case Verdict::credential: outcome_.failed = outcome_.credential = true; break;
        case Verdict::again:
            // Where a long poll is cut off on the way, only the poll has come to nothing.
            if (talk_ == Talk::await_goal && reply.status != 0) return;
            // One document that upsets somebody on the way holds nothing else up.
            if (letter.kind == CallKind::result || letter.kind == CallKind::events) outcome_.refused.insert(letter.name);
            outcome_.failed = outcome_.failed || reply.status != 500 || letter.kind == CallKind::record || letter.kind == CallKind::report;
            break;
        case Verdict::refused:
            outcome_.refused.insert(letter.name);
            if (letter.kind == CallKind::goal && reply.status == 412 && ledger().goal) ledger().goal->etag.clear();
            break;
    }
    if (judgement.trouble) note_trouble(std::move(*judgement.trouble));
}

void Conversation::accept(const Letter& letter, const Reply& reply) {
    if (letter.kind != CallKind::goal) ++acknowledged_;
    switch (letter.kind) {
        case CallKind::record:
            if (!gone_) ledger().record = letter.version;
            ledger().no_events = false;  // after each boot it is tried again
            break;
        case CallKind::report:
            ledger().instance = report_->instance;
            ledger().sequence = report_->sequence;
            subject_.conflicts = 0;
            reported_ = true;
            break;
        case CallKind::result:
            ledger().results[letter.name] = letter.version;
            ledger().limits.erase(letter.name);
            break;
        case CallKind::events:
            if (auto removed = spool_.remove(*letter.batch); !removed) log().tell(message::state_not_written, removed.error().message);
            break;
        case CallKind::goal: take_goal(reply); break;
        case CallKind::admission: break;
    }
}

/// The host has seen a higher number: a restored image, or a lie. It is believed once in a row.
void Conversation::settle_conflict(const Reply& reply) {
    const auto accepted = decode_accepted_sequence(reply.body);
    if (!accepted || *accepted < report_->sequence || subject_.conflicts > 0) {
        outcome_.refused.insert(report_name);
        return note_trouble({{}, "HTTP_409", fmt::format("the host does not take patchStatus number {}", report_->sequence)});
    }
    Report jumped = *report_;
    jumped.sequence = *accepted;
    jumped = next_report_after(jumped, subject_.facts, "", make_guid());
    log().tell(message::report_number_adopted, fmt::format("the host knows patchStatus up to number {}; going on with {}", *accepted, jumped.sequence));
    if (auto kept = subject_.outbox.write(jumped); !kept) {
        note_trouble({{}, "OUTBOX_NOT_WRITTEN", kept.error().message});
        outcome_.failed = true;
        return;
    }
    ++subject_.conflicts;
    outcome_.more = true;
}

void Conversation::shorten(const Letter& letter) {
    // What does not become smaller any more never will.
    const auto limit = ledger().limits.find(letter.name);
    const bool tried = limit != ledger().limits.end() && letter.bytes > limit->second;
    if (letter.kind != CallKind::result || letter.bytes <= smallest_result || tried) {
        outcome_.refused.insert(letter.name);
        return;
    }
    ledger().limits[letter.name] = std::max(letter.bytes / 2, smallest_result);
    log().tell(message::report_shortened, fmt::format("{} is too large for the host; it is sent again with fewer patches", letter.name));
    outcome_.more = true;
}

/// Once in a row at once; a host that goes on like that is told everything anew at each interval, and no sooner.
void Conversation::register_anew(const Letter& letter) {
    const bool first = !std::exchange(gone_, true);
    if (first) ++subject_.anew;
    ledger().record.clear();
    ledger().instance.clear();
    ledger().sequence = 0;
    if (subject_.anew > 1) {
        outcome_.refused.insert({record_name, report_name, letter.name});
        return note_trouble({{}, "HTTP_410", "the host has forgotten this machine, and does not register it anew"});
    }
    if (first) log().tell(message::registered_anew, "the host has forgotten this machine; it is registered anew");
    outcome_.more = true;
}

void Conversation::take_goal(const Reply& reply) {
    Files& files = subject_.seams.files;
    const auto known = files.read(subject_.state.goal_state());
    GoalReading reading = read_goal_state("goal state", reply.body, subject_.record.place.os_type);
    if (reading.errors.empty()) reading.errors = find_goal_faults(reading, subject_.record.place.os_type, subject_.seams.zones);
    if (!reading.errors.empty()) {
        const ConfigFault& fault = reading.errors.front();
        const std::string why = fault.key.empty() ? fault.message : fmt::format("{}: {}", fault.key, fault.message);
        if (ledger().goal_fault && ledger().goal_fault->message == why) return;
        ledger().goal_fault = HostTrouble{now(), "GOAL_REFUSED", why};
        log().tell(message::goal_state_refused, fmt::format("the goal state is not acted on: {}", why));
        return;
    }
    const auto whose = files.read(subject_.state.goal_url());
    const bool of_this_host = whose && *whose == ledger().url;
    if (!known || *known != reply.body || !of_this_host) {
        // What another host has asked must not pass for this one's, whenever the power fails.
        Result<void> kept = of_this_host ? Result<void>() : files.remove(subject_.state.goal_state());
        if (kept) kept = files.write_durably(subject_.state.goal_url(), ledger().url, Readers::everyone);
        if (kept) kept = files.write_durably(subject_.state.goal_state(), reply.body, Readers::everyone);
        if (!kept) {
            log().tell(message::state_not_written, kept.error().message);
            return;  // the old tag stays, so that it is sent again
        }
        outcome_.goal_changed = true;
        log().tell(message::goal_state_accepted, fmt::format("goal state {} is in force", reading.goal.sequence));
        for (const ConfigFault& odd : reading.warnings) {
            subject_.seams.log.debug(fmt::format("goal state: {}: {}", odd.key, odd.message));
        }
    }
    ledger().goal_fault.reset();
    ledger().goal = ObservedGoal{reply.etag, reading.goal.sequence, now()};
}

void Conversation::drop_goal() {
    ledger().goal.reset();
    ledger().goal_fault.reset();
    if (!subject_.seams.files.info(subject_.state.goal_state())) return;
    if (auto removed = subject_.seams.files.remove(subject_.state.goal_state()); !removed) {
        log().tell(message::state_not_written, removed.error().message);
        return;
    }
    outcome_.goal_changed = true;
    log().tell(message::goal_state_accepted, "the host has no goal for this machine any more");
}

// --- what is kept ----------------------------------------------------------------------------------

/// The first one tells most: the others often follow from it.
void Conversation::note_trouble(HostTrouble trouble) {
    if (trouble_) return;
    trouble.at = now();
    trouble_ = std::move(trouble);
}

void Conversation::close() {
    if (reported_ && !gone_) subject_.anew = 0;
    if (outcome_.heard) ledger().spoke = now();
    const auto same = [&](const std::optional<HostTrouble>& other) { return other && trouble_ && other->code == trouble_->code; };
    if (trouble_) {
        // Since when it is so, is what the operator wants to know.
        if (same(before_.trouble)) trouble_->at = before_.trouble->at;
        if (!same(before_.trouble)) log().tell(message_of(*trouble_), trouble_->message, {{"code", trouble_->code}});
        ledger().trouble = trouble_;
    } else if (outcome_.heard) {
        if (ledger().trouble) log().tell(message::host_reachable, "the host takes reports again");
        ledger().trouble.reset();
    }
    if (ledger() == before_) return;
    const auto kept = subject_.outbox.write(ledger());
    if (kept) return;
    outcome_.failed = true;  // what was acknowledged would be sent again at once
    if (!same(before_.trouble)) log().tell(message::state_not_written, kept.error().message);
}

const Message& Conversation::message_of(const HostTrouble& trouble) {
    if (trouble.code.starts_with("OUTBOX_")) return message::state_not_written;
    if (trouble.code == "CREDENTIAL_UNSAFE") return message::credential_unsafe;
    if (trouble.code == "COURIER_MISSING") return message::courier_missing;
    if (trouble.code == "HTTP_401") return message::credential_refused;
    const bool refused = trouble.code.starts_with("HTTP_4") && trouble.code != "HTTP_408" && trouble.code != "HTTP_429";
    return refused ? message::host_refused : message::host_unreachable;
}

}  // namespace guestpatch
