#include "agent/wire/experience.hpp"

#include <algorithm>

#include "agent/wire/parts.hpp"

namespace guestpatch {
namespace {

constexpr std::int64_t schema = 1;
constexpr std::int64_t longest = 1'000'000'000;  // whoever uses a value bounds it more narrowly

void write_past(JsonWriter& out, const Past& past) {
    out.begin_object();
    out.key("lastMilliseconds").integer(past.last.count());
    if (past.before != milliseconds(0)) out.key("beforeMilliseconds").integer(past.before.count());
    out.key("learned").string(format_instant(past.learned));
    out.end_object();
}

milliseconds bounded(std::int64_t count) { return milliseconds(std::clamp<std::int64_t>(count, 0, longest)); }

Past read_past(const JsonReader& in) {
    return {bounded(in.member("lastMilliseconds").integer()), bounded(in.member("beforeMilliseconds").integer_or(0)),
            in.member("learned").parsed(parse_instant)};
}

Experience read_experience(const JsonReader& in) {
    if (in.member("schema").integer() > schema) in.member("schema").fail("written by a newer guestpatch");
    Experience experience;
    const JsonReader batch = in.member("batch");
    if (batch.present()) experience.batch = read_past(batch);
    const JsonReader megabyte = in.member("megabyte");
    if (megabyte.present()) experience.download = read_past(megabyte);
    for (const JsonReader& package : in.member("packages").elements()) {
        experience.packages.insert_or_assign(package.member("name").string(), read_past(package.member("took")));
    }
    return experience;
}

}  // namespace

std::string encode(const Experience& experience) {
    JsonWriter out;
    out.begin_object().key("schema").integer(schema);
    if (experience.batch) write_past(out.key("batch"), *experience.batch);
    if (experience.download) write_past(out.key("megabyte"), *experience.download);
    out.key("packages").begin_array();
    for (const auto& [name, past] : experience.packages) {
        out.begin_object().key("name").string(name);
        write_past(out.key("took"), past);
        out.end_object();
    }
    out.end_array().end_object();
    return out.take();
}

Result<Experience> decode_experience(std::string_view text) { return wire::decode(text, read_experience); }

}  // namespace guestpatch
