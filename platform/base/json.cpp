#include "platform/base/json.hpp"

#include <fmt/format.h>
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <charconv>

#include "platform/base/text.hpp"

namespace guestpatch {
namespace {

constexpr std::size_t max_depth = 64;
constexpr std::size_t max_number_length = 40;  // int64 and double need 25 at most
constexpr std::size_t max_exponent_digits = 3;

Error at_line(std::string_view text, std::size_t offset, std::string_view what) {
    return {Errc::invalid, fmt::format("line {}: {}", line_of(text, offset), what)};
}

/// Skips a string, comment or single character starting at `at`; returns where the next one begins.
std::size_t skip_token(std::string_view text, std::size_t at) {
    const auto until = [&](std::string_view end, std::size_t from) {
        const std::size_t found = text.find(end, from);
        return found == std::string_view::npos ? text.size() : found + end.size();
    };
    if (text[at] == '"') {
        for (std::size_t i = at + 1; i < text.size(); ++i) {
            if (text[i] == '\\') {
                ++i;
            } else if (text[i] == '"') {
                return i + 1;
            }
        }
        return text.size();
    }
    if (text.substr(at, 2) == "//") return until("\n", at);
    if (text.substr(at, 2) == "/*") return until("*/", at + 2);
    return at + 1;
}

/// Refuses numbers RapidJSON must not see: its exponent arithmetic overflows on absurd ones.
std::optional<std::size_t> find_absurd_number(std::string_view text) {
    static constexpr std::string_view number_characters = "0123456789+-.eE";
    for (std::size_t at = 0; at < text.size();) {
        const bool number = (text[at] >= '0' && text[at] <= '9') || text[at] == '-';
        if (!number) {
            at = skip_token(text, at);
            continue;
        }
        const std::size_t end = std::min(text.find_first_not_of(number_characters, at), text.size());
        const std::string_view token = text.substr(at, end - at);
        const std::size_t exponent = token.find_first_of("eE");
        const std::size_t digits =
            exponent == std::string_view::npos
                ? 0
                : static_cast<std::size_t>(std::ranges::count_if(token.substr(exponent + 1),
                                                                 [](char c) { return c >= '0' && c <= '9'; }));
        if (token.size() > max_number_length || digits > max_exponent_digits) return at;
        at = end;
    }
    return std::nullopt;
}

/// Builds Json values from RapidJSON's events.
class Builder {
  public:
    explicit Builder(const rapidjson::MemoryStream& stream) : stream_(stream) {}

    bool Null() { return scalar(Json::Kind::null, 4) != nullptr; }
    bool Bool(bool value) {
        Json* json = scalar(Json::Kind::boolean, value ? 4 : 5);
        if (json != nullptr) json->boolean = value;
        return json != nullptr;
    }
    bool RawNumber(const char* text, rapidjson::SizeType length, bool) {
        Json* json = scalar(Json::Kind::number, length);
        if (json != nullptr) json->text.assign(text, length);
        return json != nullptr;
    }
    bool String(const char* text, rapidjson::SizeType length, bool) {
        Json* json = scalar(Json::Kind::string, length + 2);
        if (json != nullptr) json->text.assign(text, length);
        return json != nullptr && paired({text, length});
    }
    bool StartObject() { return open(Json::Kind::object); }
    bool Key(const char* text, rapidjson::SizeType length, bool) {
        stack_.back()->members.push_back({std::string(text, length), {}});
        return paired({text, length});
    }
    bool EndObject(rapidjson::SizeType) {
        std::vector<std::string_view> names;
        for (const JsonMember& member : stack_.back()->members) names.emplace_back(member.name);
        std::ranges::sort(names);
        const auto twice = std::ranges::adjacent_find(names);
        if (twice != names.end()) {
            fault_ = fmt::format("\"{}\" stands twice in one object", *twice);
            return false;
        }
        stack_.pop_back();
        return true;
    }
    bool StartArray() { return open(Json::Kind::array); }
    bool EndArray(rapidjson::SizeType) {
        stack_.pop_back();
        return true;
    }
    // Never called with kParseNumbersAsStringsFlag, but RapidJSON's handler concept asks for them.
    bool Int(int) { return false; }
    bool Uint(unsigned) { return false; }
    bool Int64(std::int64_t) { return false; }
    bool Uint64(std::uint64_t) { return false; }
    bool Double(double) { return false; }

    Json root;
    [[nodiscard]] const std::string& fault() const { return fault_; }

  private:
    /// RapidJSON refuses a high surrogate without its low one, but not the other way round.
    bool paired(std::string_view text) {
        if (!text.contains('\xED') || to_valid_utf8(text) == text) return true;  // surrogates begin with ED
        fault_ = "half a surrogate pair";
        return false;
    }
    Json* place() {
        if (stack_.empty()) return &root;
        Json& parent = *stack_.back();
        if (parent.kind == Json::Kind::object) return &parent.members.back().value;
        return &parent.items.emplace_back();
    }
    Json* scalar(Json::Kind kind, std::size_t length) {
        Json* json = place();
        json->kind = kind;
        json->offset = stream_.Tell() - std::min(stream_.Tell(), length);
        return json;
    }
    bool open(Json::Kind kind) {
        if (stack_.size() >= max_depth) {
            fault_ = fmt::format("nested deeper than {} levels", max_depth);
            return false;
        }
        stack_.push_back(scalar(kind, 0));  // RapidJSON tells of a bracket before it takes it
        return true;
    }

    const rapidjson::MemoryStream& stream_;
    std::vector<Json*> stack_;  // a parent's members and items do not grow while a child is open
    std::string fault_;
};

template <unsigned Flags>
Result<Json> parse_with(std::string_view text) {
    rapidjson::MemoryStream stream(text.data(), text.size());
    rapidjson::Reader reader;
    Builder builder(stream);
    const rapidjson::ParseResult outcome = reader.Parse<Flags>(stream, builder);
    if (outcome.IsError()) {
        const std::string what =
            builder.fault().empty() ? rapidjson::GetParseError_En(outcome.Code()) : builder.fault();
        return at_line(text, outcome.Offset(), what);
    }
    return std::move(builder.root);
}

}  // namespace

const Json* Json::find(std::string_view name) const {
    const auto found = std::ranges::find(members, name, &JsonMember::name);
    return found == members.end() ? nullptr : &found->value;
}

std::string_view describe(Json::Kind kind) {
    switch (kind) {
        case Json::Kind::null: return "null";
        case Json::Kind::boolean: return "true or false";
        case Json::Kind::number: return "a number";
        case Json::Kind::string: return "a string";
        case Json::Kind::array: return "an array";
        case Json::Kind::object: return "an object";
    }
    return "something else";
}

std::size_t line_of(std::string_view text, std::size_t offset) {
    return 1 + static_cast<std::size_t>(std::ranges::count(text.substr(0, std::min(offset, text.size())), '\n'));
}

Result<Json> parse_json(std::string_view text, JsonDialect dialect) {
    using namespace rapidjson;
    constexpr unsigned strict = kParseNumbersAsStringsFlag | kParseValidateEncodingFlag | kParseIterativeFlag;
    constexpr unsigned relaxed = strict | kParseCommentsFlag | kParseTrailingCommasFlag;
    if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
        return at_line(text, nul, "a NUL byte; this is not JSON text");
    }
    if (const auto at = find_absurd_number(text)) return at_line(text, *at, "a number too long to be meant");
    return dialect == JsonDialect::strict ? parse_with<strict>(text) : parse_with<relaxed>(text);
}

std::string json_library() { return "RapidJSON " RAPIDJSON_VERSION_STRING; }

// --- writing ---------------------------------------------------------------------------------------

struct JsonWriter::Impl {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer{buffer};

    /// Hands valid UTF-8 to `write`; copies only what is not ASCII.
    template <class Write>
    void text(std::string_view value, const Write& write) {
        const bool ascii =
            std::ranges::none_of(value, [](char c) { return (static_cast<unsigned char>(c) & 0x80U) != 0; });
        const std::string valid = ascii ? std::string() : to_valid_utf8(value);
        const std::string_view written = ascii ? value : valid;
        write(written.data(), static_cast<rapidjson::SizeType>(written.size()));
    }
};

JsonWriter::JsonWriter() : impl_(std::make_unique<Impl>()) {}
JsonWriter::~JsonWriter() = default;

JsonWriter& JsonWriter::begin_object() {
    impl_->writer.StartObject();
    return *this;
}
JsonWriter& JsonWriter::end_object() {
    impl_->writer.EndObject();
    return *this;
}
JsonWriter& JsonWriter::begin_array() {
    impl_->writer.StartArray();
    return *this;
}
JsonWriter& JsonWriter::end_array() {
    impl_->writer.EndArray();
    return *this;
}
JsonWriter& JsonWriter::key(std::string_view name) {
    impl_->text(name, [this](const char* text, rapidjson::SizeType size) { impl_->writer.Key(text, size); });
    return *this;
}
JsonWriter& JsonWriter::string(std::string_view value) {
    impl_->text(value, [this](const char* text, rapidjson::SizeType size) { impl_->writer.String(text, size); });
    return *this;
}
JsonWriter& JsonWriter::integer(std::int64_t value) {
    impl_->writer.Int64(value);
    return *this;
}
JsonWriter& JsonWriter::boolean(bool value) {
    impl_->writer.Bool(value);
    return *this;
}
JsonWriter& JsonWriter::null() {
    impl_->writer.Null();
    return *this;
}

JsonWriter& JsonWriter::json(const Json& value) {
    switch (value.kind) {
        case Json::Kind::null: return null();
        case Json::Kind::boolean: return boolean(value.boolean);
        case Json::Kind::string: return string(value.text);
        case Json::Kind::number:
            impl_->writer.RawValue(value.text.data(), value.text.size(), rapidjson::kNumberType);
            return *this;
        case Json::Kind::array:
            begin_array();
            for (const Json& item : value.items) json(item);
            return end_array();
        case Json::Kind::object:
            begin_object();
            for (const JsonMember& member : value.members) key(member.name).json(member.value);
            return end_object();
    }
    return *this;
}

std::string JsonWriter::take() {
    std::string text(impl_->buffer.GetString(), impl_->buffer.GetSize());
    impl_ = std::make_unique<Impl>();
    return text;
}

}  // namespace guestpatch
