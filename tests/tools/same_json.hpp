// Comparing JSON values.
#pragma once

#include "platform/base/json.hpp"

namespace guestpatch {

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
