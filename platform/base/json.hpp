// The one JSON door. RapidJSON lives behind it, in json.cpp alone (docs/decisions/0006-json-door.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/result.hpp"

namespace guestpatch {

struct JsonMember;

/// A parsed value. Knows where in the text it stood, so that a fault can name its line.
struct Json {
    enum class Kind { null, boolean, number, string, array, object };

    Kind kind = Kind::null;
    std::size_t offset = 0;           ///< of a byte of the value, on the line where it begins
    bool boolean = false;             ///< Kind::boolean
    std::string text;                 ///< Kind::string: decoded; Kind::number: as written
    std::vector<Json> items;          ///< Kind::array
    std::vector<JsonMember> members;  ///< Kind::object, in the order written, names unique

    /// The member's value, or nullptr.
    [[nodiscard]] const Json* find(std::string_view name) const;
};

struct JsonMember {
    std::string name;
    Json value;
};

/// "a string", "an object", ...: for messages.
[[nodiscard]] std::string_view describe(Json::Kind kind);

enum class JsonDialect {
    strict,   ///< RFC 8259
    relaxed,  ///< comments and trailing commas too: what people write by hand
};

/// Parses hostile text: bounded depth, no duplicate names, valid UTF-8, no absurd numbers (the
/// packaged RapidJSON 1.1.0 lacks the fixes for CVE-2024-38517 and CVE-2024-39684).
/// Errc::invalid with "line N: ...".
Result<Json> parse_json(std::string_view text, JsonDialect dialect);

/// 1-based line of a byte offset.
[[nodiscard]] std::size_t line_of(std::string_view text, std::size_t offset);

/// The library behind the door and its version, for --version.
[[nodiscard]] std::string json_library();

/// Reads members of one document and remembers the first fault with its place, so that a codec reads
/// like the schema: `in.required("status", ...)`. Value semantics; children share the parent's fault.
class JsonReader {
  public:
    explicit JsonReader(const Json& root);

    /// The value under `name`; an absent or null member reads as absent.
    [[nodiscard]] JsonReader member(std::string_view name) const;
    [[nodiscard]] bool present() const { return value_ != nullptr; }

    [[nodiscard]] std::string string() const;  ///< required
    [[nodiscard]] std::string string_or(std::string_view fallback) const;
    [[nodiscard]] std::int64_t integer() const;  ///< required
    [[nodiscard]] std::int64_t integer_or(std::int64_t fallback) const;
    [[nodiscard]] bool boolean_or(bool fallback) const;
    [[nodiscard]] std::vector<JsonReader> elements() const;  ///< empty when absent

    /// Runs a parser over a required string: `in.member("startTime").parsed(parse_instant)`.
    template <class Parse>
    auto parsed(Parse&& parse) const -> typename std::invoke_result_t<Parse, std::string_view>::value_type {
        auto result = parse(std::string_view(string()));
        if (result) return std::move(*result);
        fail(result.error().message);
        return {};
    }

    /// Records a fault at this place, unless an earlier one stands.
    void fail(std::string_view what) const;
    /// The first fault of the whole document, as "place: what".
    [[nodiscard]] std::optional<Error> fault() const;

  private:
    struct Shared;
    JsonReader(const Json* value, std::string path, std::shared_ptr<Shared> shared);
    [[nodiscard]] const Json* expect(Json::Kind kind, bool required) const;

    const Json* value_;
    std::string path_;
    std::shared_ptr<Shared> shared_;
};

/// Writes one document, compact. Members with nothing to say are left out by the caller.
class JsonWriter {
  public:
    JsonWriter();
    JsonWriter(const JsonWriter&) = delete;
    JsonWriter& operator=(const JsonWriter&) = delete;
    ~JsonWriter();

    JsonWriter& begin_object();
    JsonWriter& end_object();
    JsonWriter& begin_array();
    JsonWriter& end_array();
    JsonWriter& key(std::string_view name);
    JsonWriter& string(std::string_view value);
    JsonWriter& integer(std::int64_t value);
    JsonWriter& boolean(bool value);
    JsonWriter& null();
    /// A parsed value, written again.
    JsonWriter& json(const Json& value);

    /// The finished text; the writer is empty afterwards.
    std::string take();

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace guestpatch
