#include <fmt/format.h>

#include <charconv>

#include "platform/base/json.hpp"

namespace guestpatch {

struct JsonReader::Shared {
    std::optional<Error> fault;
};

JsonReader::JsonReader(const Json& root) : value_(&root), shared_(std::make_shared<Shared>()) {}

JsonReader::JsonReader(const Json* value, std::string path, std::shared_ptr<Shared> shared)
    : value_(value), path_(std::move(path)), shared_(std::move(shared)) {}

JsonReader JsonReader::member(std::string_view name) const {
    const Json* object = expect(Json::Kind::object, false);
    const Json* found = object == nullptr ? nullptr : object->find(name);
    if (found != nullptr && found->kind == Json::Kind::null) found = nullptr;
    return {found, path_.empty() ? std::string(name) : fmt::format("{}.{}", path_, name), shared_};
}

const Json* JsonReader::expect(Json::Kind kind, bool required) const {
    if (value_ == nullptr) {
        if (required) fail("is missing");
        return nullptr;
    }
    if (value_->kind == kind) return value_;
    fail(fmt::format("expected {}, found {}", describe(kind), describe(value_->kind)));
    return nullptr;
}

std::string JsonReader::string() const {
    const Json* json = expect(Json::Kind::string, true);
    return json == nullptr ? std::string() : json->text;
}

std::string JsonReader::string_or(std::string_view fallback) const {
    return present() ? string() : std::string(fallback);
}

std::int64_t JsonReader::integer() const {
    const Json* json = expect(Json::Kind::number, true);
    if (json == nullptr) return 0;
    std::int64_t value = 0;
    const char* end = json->text.data() + json->text.size();
    const auto [stop, error] = std::from_chars(json->text.data(), end, value);
    if (error != std::errc() || stop != end) fail(fmt::format("{} is not a whole number", json->text));
    return value;
}

std::int64_t JsonReader::integer_or(std::int64_t fallback) const { return present() ? integer() : fallback; }

bool JsonReader::boolean_or(bool fallback) const {
    const Json* json = expect(Json::Kind::boolean, false);
    return json == nullptr ? fallback : json->boolean;
}

std::vector<JsonReader> JsonReader::elements() const {
    std::vector<JsonReader> readers;
    const Json* json = expect(Json::Kind::array, false);
    if (json == nullptr) return readers;
    readers.reserve(json->items.size());
    for (const Json& item : json->items) {
        readers.push_back(JsonReader(&item, fmt::format("{}[{}]", path_, readers.size()), shared_));
    }
    return readers;
}

void JsonReader::fail(std::string_view what) const {
    if (shared_->fault) return;
    shared_->fault = Error{Errc::invalid, fmt::format("{}: {}", path_.empty() ? "document" : path_, what)};
}

std::optional<Error> JsonReader::fault() const { return shared_->fault; }

}  // namespace guestpatch
