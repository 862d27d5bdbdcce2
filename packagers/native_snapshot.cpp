#include "packagers/native_snapshot.hpp"

#include "platform/base/json.hpp"

namespace guestpatch {
namespace {

constexpr std::int64_t schema = 1;
constexpr std::string_view digits = "0123456789abcdef";

/// Two digits a byte: a file may hold what is no UTF-8, and comes back byte for byte.
std::string to_hex(std::string_view bytes) {
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const char byte : bytes) {
        const auto value = static_cast<unsigned char>(byte);
        text += digits[value >> 4U];
        text += digits[value & 15U];
    }
    return text;
}

Result<std::string> from_hex(std::string_view text) {
    if (text.size() % 2 != 0) return Error{Errc::invalid, "half a byte"};
    std::string bytes;
    bytes.reserve(text.size() / 2);
    for (std::size_t at = 0; at < text.size(); at += 2) {
        const std::size_t high = digits.find(text[at]);
        const std::size_t low = digits.find(text[at + 1]);
        if (high == std::string_view::npos || low == std::string_view::npos) {
            return Error{Errc::invalid, "no hexadecimal digits"};
        }
        bytes += static_cast<char>(high * 16 + low);
    }
    return bytes;
}

void write_unit(JsonWriter& out, const FoundUnit& unit) {
    out.begin_object();
    out.key("name").string(unit.name);
    out.key("lock").string(unit.lock == UnitLock::mask ? "mask" : "disable");
    out.key("file").string(unit.file);
    out.key("active").string(unit.active);
    out.key("off").boolean(unit.off);
    out.end_object();
}

FoundUnit read_unit(const JsonReader& in) {
    const std::string lock = in.member("lock").string();
    if (lock != "mask" && lock != "disable") in.member("lock").fail("expected mask or disable");
    return {.name = in.member("name").string(),
            .lock = lock == "mask" ? UnitLock::mask : UnitLock::disable,
            .file = in.member("file").string_or(""),
            .active = in.member("active").string_or(""),
            .off = in.member("off").boolean_or(false)};
}

void write_file(JsonWriter& out, const FoundFile& file) {
    out.begin_object();
    out.key("path").string(file.path);
    out.key("own").boolean(file.own);
    if (file.before) out.key("before").string(to_hex(*file.before));
    out.key("after").string(to_hex(file.after));
    out.key("off").boolean(file.off);
    out.end_object();
}

FoundFile read_file(const JsonReader& in) {
    FoundFile file{.path = in.member("path").string(),
                   .own = in.member("own").boolean_or(false),
                   .before = std::nullopt,
                   .after = in.member("after").parsed(from_hex),
                   .off = in.member("off").boolean_or(false)};
    if (in.member("before").present()) file.before = in.member("before").parsed(from_hex);
    return file;
}

NativeSnapshot read_snapshot(const JsonReader& in) {
    if (in.member("schema").integer() > schema) in.member("schema").fail("written by a newer guestpatch");
    NativeSnapshot snapshot{.restoring = in.member("restoring").boolean_or(false)};
    for (const JsonReader& unit : in.member("units").elements()) snapshot.units.push_back(read_unit(unit));
    for (const JsonReader& file : in.member("files").elements()) snapshot.files.push_back(read_file(file));
    for (const JsonReader& sentence : in.member("kept").elements()) snapshot.kept.push_back(sentence.string());
    return snapshot;
}

}  // namespace

std::string encode(const NativeSnapshot& snapshot) {
    JsonWriter out;
    out.begin_object();
    out.key("schema").integer(schema);
    out.key("restoring").boolean(snapshot.restoring);
    out.key("units").begin_array();
    for (const FoundUnit& unit : snapshot.units) write_unit(out, unit);
    out.end_array().key("files").begin_array();
    for (const FoundFile& file : snapshot.files) write_file(out, file);
    out.end_array().key("kept").begin_array();
    for (const std::string& sentence : snapshot.kept) out.string(sentence);
    out.end_array().end_object();
    return out.take();
}

Result<NativeSnapshot> decode_native_snapshot(std::string_view text) {
    auto root = parse_json(text, JsonDialect::strict);
    if (!root) return root.error();
    const JsonReader in(*root);
    NativeSnapshot snapshot = read_snapshot(in);
    if (auto fault = in.fault()) return *fault;
    return snapshot;
}

}  // namespace guestpatch
