// JSON values by the roll of dice.
#pragma once

#include "platform/base/json.hpp"
#include "tests/tools/dice.hpp"
#include "tests/tools/same_json.hpp"

namespace guestpatch {

inline Json json_of(Json::Kind kind, std::string text = {}) {
    Json json;
    json.kind = kind;
    json.text = std::move(text);
    return json;
}

/// Any value, nested `depth` levels at most.
inline Json roll_json(Dice& dice, int depth) {
    constexpr std::string_view characters = "abc \"\\/\n\t\x01\x7f{}[]:,";
    switch (dice.number(0, depth > 0 ? 5 : 3)) {
        case 0: return json_of(Json::Kind::null);
        case 1: {
            Json json = json_of(Json::Kind::boolean);
            json.boolean = dice.coin();
            return json;
        }
        case 2: return json_of(Json::Kind::number, std::to_string(dice.number(INT64_MIN, INT64_MAX)));
        case 3: return json_of(Json::Kind::string, dice.text(characters, 12) + (dice.coin() ? "Grüße 補丁 🩹" : ""));
        case 4: {
            Json json = json_of(Json::Kind::array);
            for (std::size_t left = dice.count(4); left > 0; --left) json.items.push_back(roll_json(dice, depth - 1));
            return json;
        }
        default: {
            Json json = json_of(Json::Kind::object);
            for (std::size_t left = dice.count(4); left > 0; --left) {
                json.members.push_back({dice.text(characters, 3) + std::to_string(left), roll_json(dice, depth - 1)});
            }
            return json;
        }
    }
}

}  // namespace guestpatch
