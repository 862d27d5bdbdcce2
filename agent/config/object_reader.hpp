// Reading the members of one object that people or hosts write: every fault with its place. Pure.
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/base/json.hpp"

namespace guestpatch {

/// Something wrong within a value.
struct PlacedFault {
    std::size_t offset = 0;  ///< in the text the value was parsed from
    std::string key;         ///< below the value: "maintenanceWindow.recurEvery"
    std::string message;

    friend bool operator==(const PlacedFault&, const PlacedFault&) = default;
};

/// The first of them: hostile text can have as many as it has bytes.
struct Faults {
    std::vector<PlacedFault> errors;
    std::vector<PlacedFault> warnings;
};

/// A closed list.
using Words = std::span<const std::string_view>;

/// The word of the list that was meant, as the list spells it, in whatever case; else Errc::invalid with a suggestion.
Result<std::string_view> word_of(Words allowed, std::string_view text);
/// Without blanks at either end; Errc::invalid when nothing is left.
Result<std::string> parse_nonempty(std::string_view text);

/// An object being read: faults go into `into`, under its place. What is faulty reads as absent.
class ObjectReader {
  public:
    /// `place`: put before every key, "" for none.
    ObjectReader(const Json& value, std::string place, Faults& into) : value_(&value), place_(std::move(place)), into_(into) {}

    void warn_of_others(Words known) const;
    [[nodiscard]] const std::vector<JsonMember>& members() const { return value_->members; }

    /// Absent, null and of the wrong kind alike are nothing; the last is a fault, and so is an endless list.
    [[nodiscard]] const Json* find(std::string_view name, Json::Kind kind) const;
    [[nodiscard]] std::optional<ObjectReader> object(std::string_view name) const;
    [[nodiscard]] std::optional<bool> flag(std::string_view name) const;
    /// A whole number from `least` to `most`, digits only.
    [[nodiscard]] std::optional<std::uint64_t> number(std::string_view name, std::uint64_t least, std::uint64_t most) const;

    template <class Parse, class Value = typename std::invoke_result_t<Parse, std::string_view>::value_type>
    [[nodiscard]] std::optional<Value> parsed(std::string_view name, Parse&& parse) const {
        const Json* found = find(name, Json::Kind::string);
        if (found == nullptr) return std::nullopt;
        auto value = parse(std::string_view(found->text));
        if (value) return std::move(*value);
        fail_at(*found, name, value.error().message);
        return std::nullopt;
    }

    template <class Parse, class Value = typename std::invoke_result_t<Parse, std::string_view>::value_type>
    [[nodiscard]] std::vector<Value> parsed_each(std::string_view name, Parse&& parse) const {
        std::vector<Value> values;
        const Json* found = find(name, Json::Kind::array);
        for (std::size_t i = 0; found != nullptr && i < found->items.size(); ++i) {
            const Json& item = found->items[i];
            auto value = item.kind == Json::Kind::string
                             ? parse(std::string_view(item.text))
                             : Error{Errc::invalid, fmt::format("expected a string, found {}", describe(item.kind))};
            if (value) {
                values.push_back(std::move(*value));
            } else {
                fail_at(item, fmt::format("{}[{}]", name, i), value.error().message);
            }
        }
        return values;
    }

    [[nodiscard]] bool has(std::string_view name) const;
    void require(std::string_view name) const;
    /// A fault of the member, or of the object where it has none of this name.
    void fail(std::string_view name, std::string message) const;
    void warn(std::string_view name, std::string message) const;

  private:
    void fail_at(const Json& at, std::string_view name, std::string message) const;
    [[nodiscard]] const Json& place_of(std::string_view name) const;
    [[nodiscard]] std::string key_of(std::string_view name) const;

    const Json* value_;
    std::string place_;
    Faults& into_;
};

}  // namespace guestpatch
