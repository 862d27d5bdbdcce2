// JSON values by the roll of dice.
#pragma once

#include "platform/base/json.hpp"
#include "tests/tools/dice.hpp"

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

/// The same value, wherever it stood.
inline bool same(const Json& one, const Json& two) {
    if (one.kind != two.kind || one.boolean != two.boolean || one.text != two.text ||
        one.items.size() != two.items.size() || one.members.size() != two.members.size()) {
        return false;
    }
    for (std::size_t i = 0; i < one.items.size(); ++i) {
        if (!same(one.items[i], two.items[i])) return false;
    }
    for (std::size_t i = 0; i < one.members.size(); ++i) {
        if (one.members[i].name != two.members[i].name || !same(one.members[i].value, two.members[i].value)) {
            return false;
        }
    }
    return true;
}

}  // namespace guestpatch
