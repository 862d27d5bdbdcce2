#include "agent/wire/attempts.hpp"

#include <algorithm>

#include "agent/wire/parts.hpp"

namespace guestpatch {
namespace {

constexpr std::int64_t schema = 1;
constexpr std::int64_t most_counted = 1'000'000;

Attempts read_attempts(const JsonReader& in) {
    if (in.member("schema").integer() > schema) in.member("schema").fail("written by a newer guestpatch");
    Attempts attempts;
    for (const JsonReader& entry : in.member("patches").elements()) {
        const std::int64_t installed = std::clamp<std::int64_t>(entry.member("installed").integer(), 0, most_counted);
        attempts.patches.push_back({{entry.member("name").string(), entry.member("version").string()},
                                    entry.member("architecture").string_or(""),
                                    static_cast<int>(installed),
                                    entry.member("last").parsed(parse_instant),
                                    entry.member("run").string_or("")});
    }
    const JsonReader reboot = in.member("reboot");
    if (!reboot.present()) return attempts;
    attempts.reboot = {wire::read_strings(reboot.member("reasons")), reboot.member("at").parsed(parse_instant)};
    return attempts;
}

}  // namespace

std::string encode(const Attempts& attempts) {
    JsonWriter out;
    out.begin_object().key("schema").integer(schema).key("patches").begin_array();
    for (const Attempt& attempt : attempts.patches) {
        out.begin_object();
        out.key("name").string(attempt.id.name);
        out.key("version").string(attempt.id.version);
        wire::write_text(out, "architecture", attempt.architecture);
        out.key("installed").integer(attempt.installed);
        out.key("last").string(format_instant(attempt.last));
        wire::write_text(out, "run", attempt.run);
        out.end_object();
    }
    out.end_array();
    if (attempts.reboot) {
        out.key("reboot").begin_object();
        wire::write_strings(out, "reasons", attempts.reboot->reasons);
        out.key("at").string(format_instant(attempts.reboot->at));
        out.end_object();
    }
    out.end_object();
    return out.take();
}

Result<Attempts> decode_attempts(std::string_view text) { return wire::decode(text, read_attempts); }

}  // namespace guestpatch
