// Hostile documents: parsing in both dialects, reading every member the wrong way, writing again.
#include <cstdint>

#include "platform/base/json.hpp"
#include "tests/fuzz/must.hpp"
#include "tests/tools/same_json.hpp"

namespace guestpatch {
namespace {

void walk(const Json& json, std::size_t size) {
    must(json.offset < size, "a value stood in the text");
    for (const Json& item : json.items) walk(item, size);
    for (const JsonMember& member : json.members) {
        must(json.find(member.name) == &member.value, "names are unique");
        walk(member.value, size);
    }
}

void misread(const JsonReader& in, const Json& json) {
    static_cast<void>(in.string_or("fallback"));
    static_cast<void>(in.integer_or(0));
    static_cast<void>(in.boolean_or(false));
    for (const JsonReader& element : in.elements()) static_cast<void>(element.string());
    for (const JsonMember& member : json.members) misread(in.member(member.name), member.value);
}

void write_again(const Json& json) {
    const std::string text = JsonWriter().json(json).take();
    const auto again = parse_json(text, JsonDialect::strict);
    must(again.has_value(), "what was read can be written and read again");
    must(same(*again, json), "writing and reading changes nothing");
    must(JsonWriter().json(*again).take() == text, "writing is canonical");
}

void try_dialect(std::string_view text, JsonDialect dialect) {
    const auto json = parse_json(text, dialect);
    if (!json) {
        must(json.error().message.starts_with("line "), "a fault names its line");
        return;
    }
    walk(*json, text.size());
    const JsonReader in(*json);
    misread(in, *json);
    write_again(*json);
    if (dialect == JsonDialect::strict) {
        const auto relaxed = parse_json(text, JsonDialect::relaxed);
        must(relaxed && same(*relaxed, *json), "the relaxed dialect contains the strict one");
    }
}

}  // namespace
}  // namespace guestpatch

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(data, data + size);
    guestpatch::try_dialect(text, guestpatch::JsonDialect::strict);
    guestpatch::try_dialect(text, guestpatch::JsonDialect::relaxed);
    // As a value to be written, whatever its bytes.
    const auto read =
        guestpatch::parse_json(guestpatch::JsonWriter().string(text).take(), guestpatch::JsonDialect::strict);
    guestpatch::must(text.find('\0') != std::string::npos || read.has_value(), "any text can be written as a string");
    return 0;
}
