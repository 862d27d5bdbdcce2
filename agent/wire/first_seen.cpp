#include "agent/wire/first_seen.hpp"

#include "agent/wire/parts.hpp"

namespace guestpatch {
namespace {

constexpr std::int64_t schema = 1;

std::vector<FirstSeen> read_ledger(const JsonReader& in) {
    if (in.member("schema").integer() > schema) in.member("schema").fail("written by a newer guestpatch");
    std::vector<FirstSeen> ledger;
    for (const JsonReader& entry : in.member("patches").elements()) {
        ledger.push_back({entry.member("name").string(), wire::read_enum<Classification>(entry.member("classification")),
                          entry.member("source").string_or(""), entry.member("since").parsed(parse_instant)});
    }
    return ledger;
}

}  // namespace

std::string encode(const std::vector<FirstSeen>& ledger) {
    JsonWriter out;
    out.begin_object().key("schema").integer(schema).key("patches").begin_array();
    for (const FirstSeen& entry : ledger) {
        out.begin_object();
        out.key("name").string(entry.name);
        out.key("classification").string(to_wire(entry.classification));
        wire::write_text(out, "source", entry.source);
        out.key("since").string(format_instant(entry.since));
        out.end_object();
    }
    out.end_array().end_object();
    return out.take();
}

Result<std::vector<FirstSeen>> decode_first_seen(std::string_view text) { return wire::decode(text, read_ledger); }

}  // namespace guestpatch
