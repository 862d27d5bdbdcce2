#include "agent/wire/ledger.hpp"

#include "agent/wire/parts.hpp"

namespace guestpatch {
namespace {

constexpr std::int64_t schema = 1;

std::uint64_t natural(const JsonReader& in) {
    const std::int64_t number = in.integer_or(0);
    if (number < 0) in.fail("is negative");
    return static_cast<std::uint64_t>(number);
}

std::optional<HostTrouble> read_trouble(const JsonReader& in) {
    if (!in.present()) return std::nullopt;
    return HostTrouble{in.member("at").parsed(parse_instant), in.member("code").string(), in.member("message").string_or("")};
}

void write_trouble(JsonWriter& out, std::string_view key, const std::optional<HostTrouble>& trouble) {
    if (!trouble) return;
    out.key(key).begin_object();
    out.key("at").string(format_instant(trouble->at));
    out.key("code").string(trouble->code);
    out.key("message").string(trouble->message);
    out.end_object();
}

Ledger read_ledger(const JsonReader& in) {
    if (in.member("schema").integer() > schema) in.member("schema").fail("written by a newer guestpatch");
    Ledger ledger{.url = in.member("url").string_or(""),
                  .record = in.member("record").string_or(""),
                  .instance = in.member("agentInstanceId").string_or(""),
                  .sequence = natural(in.member("sequenceNumber")),
                  .no_events = in.member("noEvents").boolean_or(false)};
    for (const JsonReader& result : in.member("results").elements()) {
        ledger.results[result.member("name").string()] = result.member("version").string();
    }
    for (const JsonReader& limit : in.member("limits").elements()) {
        ledger.limits[limit.member("name").string()] = natural(limit.member("bytes"));
    }
    if (const JsonReader spoke = in.member("spoke"); spoke.present()) ledger.spoke = spoke.parsed(parse_instant);
    ledger.trouble = read_trouble(in.member("trouble"));
    ledger.goal_fault = read_trouble(in.member("goalFault"));
    if (const JsonReader goal = in.member("goal"); goal.present()) {
        ledger.goal = ObservedGoal{goal.member("etag").string_or(""), natural(goal.member("goalSequence")), goal.member("at").parsed(parse_instant)};
    }
    return ledger;
}

}  // namespace

std::string encode(const Ledger& ledger) {
    JsonWriter out;
    out.begin_object().key("schema").integer(schema);
    wire::write_text(out, "url", ledger.url);
    wire::write_text(out, "record", ledger.record);
    wire::write_text(out, "agentInstanceId", ledger.instance);
    out.key("sequenceNumber").integer(static_cast<std::int64_t>(ledger.sequence));
    out.key("results").begin_array();
    for (const auto& [name, version] : ledger.results) {
        out.begin_object().key("name").string(name).key("version").string(version).end_object();
    }
    out.end_array();
    out.key("limits").begin_array();
    for (const auto& [name, bytes] : ledger.limits) {
        out.begin_object().key("name").string(name).key("bytes").integer(static_cast<std::int64_t>(bytes)).end_object();
    }
    out.end_array();
    wire::write_instant(out, "spoke", ledger.spoke);
    write_trouble(out, "trouble", ledger.trouble);
    write_trouble(out, "goalFault", ledger.goal_fault);
    if (ledger.goal) {
        out.key("goal").begin_object();
        out.key("etag").string(ledger.goal->etag);
        out.key("goalSequence").integer(static_cast<std::int64_t>(ledger.goal->sequence));
        out.key("at").string(format_instant(ledger.goal->at));
        out.end_object();
    }
    out.key("noEvents").boolean(ledger.no_events);
    out.end_object();
    return out.take();
}

Result<Ledger> decode_ledger(std::string_view text) { return wire::decode(text, read_ledger); }

}  // namespace guestpatch
