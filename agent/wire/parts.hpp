// Parts that several documents share. For the codecs in this folder only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/domain/assessment.hpp"
#include "agent/wire/enums.hpp"
#include "platform/base/json.hpp"

namespace guestpatch::wire {

/// "key": "text", left out when there is nothing to say.
void write_text(JsonWriter& out, std::string_view key, std::string_view text);
void write_strings(JsonWriter& out, std::string_view key, const std::vector<std::string>& strings);
void write_instant(JsonWriter& out, std::string_view key, const std::optional<Instant>& instant);
void write_error(JsonWriter& out, const ApiError& error);
void write_compliance(JsonWriter& out, const Compliance& compliance);
void write_blind_spots(JsonWriter& out, const std::vector<BlindSpot>& blind_spots);
void write_notes(JsonWriter& out, const std::vector<Note>& notes);

[[nodiscard]] std::vector<std::string> read_strings(const JsonReader& in);
[[nodiscard]] ApiError read_error(const JsonReader& in);
[[nodiscard]] Compliance read_compliance(const JsonReader& in);
[[nodiscard]] std::vector<BlindSpot> read_blind_spots(const JsonReader& in);
[[nodiscard]] std::vector<Note> read_notes(const JsonReader& in);

/// A required word of a closed list.
template <class Enum>
Enum read_enum(const JsonReader& in) {
    const std::string word = in.string();
    if (const auto value = from_wire<Enum>(word)) return *value;
    in.fail("\"" + word + "\" is not one of the words this schema knows");
    return {};
}

/// The same, where the member may be absent.
template <class Enum>
std::optional<Enum> read_optional_enum(const JsonReader& in) {
    return in.present() ? std::optional<Enum>(read_enum<Enum>(in)) : std::nullopt;
}

/// Parses `text` and runs `read` over it; the first fault becomes the error.
template <class Read>
auto decode(std::string_view text, Read&& read) -> Result<std::invoke_result_t<Read, const JsonReader&>> {
    const auto json = parse_json(text, JsonDialect::strict);
    if (!json) return json.error();
    const JsonReader in(*json);
    auto value = read(in);
    if (const auto fault = in.fault()) return *fault;
    return value;
}

}  // namespace guestpatch::wire
