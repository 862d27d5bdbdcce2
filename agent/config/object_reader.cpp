#include "agent/config/object_reader.hpp"

#include <algorithm>
#include <charconv>

#include "platform/base/text.hpp"

namespace guestpatch {
namespace {

constexpr std::size_t most_faults = 20;
constexpr std::size_t most_items = 10000;

void add(std::vector<PlacedFault>& faults, PlacedFault fault) {
    if (faults.size() < most_faults) faults.push_back(std::move(fault));
}

std::string suggestion(std::string_view word, Words known) {
    const std::string_view meant = closest(word, {known.begin(), known.end()});
    return meant.empty() ? "" : fmt::format("; did you mean \"{}\"?", meant);
}

}  // namespace

Result<std::string_view> word_of(Words allowed, std::string_view text) {
    const auto found = std::ranges::find(allowed, to_lower(text), [](std::string_view word) { return to_lower(word); });
    if (found != allowed.end()) return *found;
    return Error{Errc::invalid,
                 fmt::format("expected one of {}, found \"{}\"{}", fmt::join(allowed, ", "), text, suggestion(text, allowed))};
}

Result<std::string> parse_nonempty(std::string_view text) {
    if (!trim(text).empty()) return std::string(trim(text));
    return Error{Errc::invalid, "expected a name, found an empty one"};
}

void ObjectReader::warn_of_others(Words known) const {
    for (const JsonMember& member : value_->members) {
        if (std::ranges::find(known, member.name) != known.end()) continue;
        warn(member.name, "unknown key" + suggestion(member.name, known));
    }
}

const Json* ObjectReader::find(std::string_view name, Json::Kind kind) const {
    const Json* found = value_->find(name);
    if (found == nullptr || found->kind == Json::Kind::null) return nullptr;
    if (found->kind == kind && found->items.size() <= most_items) return found;
    if (found->kind == kind) {
        fail_at(*found, name, fmt::format("expected {} entries at most, found {}", most_items, found->items.size()));
    } else {
        fail_at(*found, name, fmt::format("expected {}, found {}", describe(kind), describe(found->kind)));
    }
    return nullptr;
}

std::optional<ObjectReader> ObjectReader::object(std::string_view name) const {
    const Json* found = find(name, Json::Kind::object);
    return found == nullptr ? std::nullopt : std::optional(ObjectReader(*found, key_of(name), into_));
}

std::optional<bool> ObjectReader::flag(std::string_view name) const {
    const Json* found = find(name, Json::Kind::boolean);
    return found == nullptr ? std::nullopt : std::optional(found->boolean);
}

std::optional<std::uint64_t> ObjectReader::number(std::string_view name, std::uint64_t least, std::uint64_t most) const {
    const Json* found = find(name, Json::Kind::number);
    if (found == nullptr) return std::nullopt;
    const std::string& text = found->text;
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc() && end == text.data() + text.size() && value >= least && value <= most) return value;
    fail_at(*found, name, fmt::format("expected a whole number from {} to {}, found {}", least, most, text));
    return std::nullopt;
}

bool ObjectReader::has(std::string_view name) const {
    const Json* found = value_->find(name);
    return found != nullptr && found->kind != Json::Kind::null;
}

void ObjectReader::require(std::string_view name) const {
    if (!has(name)) fail_at(*value_, name, "missing");
}

void ObjectReader::fail(std::string_view name, std::string message) const { fail_at(place_of(name), name, std::move(message)); }

void ObjectReader::warn(std::string_view name, std::string message) const {
    add(into_.warnings, {place_of(name).offset, key_of(name), std::move(message)});
}

void ObjectReader::fail_at(const Json& at, std::string_view name, std::string message) const {
    add(into_.errors, {at.offset, key_of(name), std::move(message)});
}

const Json& ObjectReader::place_of(std::string_view name) const {
    const Json* found = value_->find(name);
    return found == nullptr ? *value_ : *found;
}

std::string ObjectReader::key_of(std::string_view name) const {
    return place_.empty() ? std::string(name) : fmt::format("{}.{}", place_, name);
}

}  // namespace guestpatch
