#include "agent/config/merged.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "agent/config/schema.hpp"
#include "platform/base/text.hpp"

namespace guestpatch {
namespace {

MergedValue built_in(const KeyRule& rule, std::string_view os_type) {
    if (rule.key == "patchSettings.patchMode" && os_type == "Windows") {
        return {{.kind = Json::Kind::string, .text = "AutomaticByOS"}, "", 0};
    }
    auto value = parse_json(rule.fallback, JsonDialect::strict);
    return {value ? std::move(*value) : Json(), "", 0};
}

/// The value under a dotted key. A null on the way resets everything below it.
const Json* look_up(const Json& root, std::string_view key) {
    const Json* here = &root;
    while (!key.empty() && here != nullptr && here->kind != Json::Kind::null) here = here->find(take_until(key, '.'));
    return here;
}

std::string id_of(const Json& object) {
    const Json* id = object.find("id");
    return id == nullptr ? std::string() : id->text;
}

void merge_by_id(MergedValue& merged, const Json& from, const Fragment& fragment) {
    std::vector<Json>& items = merged.value.items;
    for (const Json& item : from.items) {
        const Origin origin{fragment.file, line_of(fragment.text, item.offset)};
        const auto same = std::ranges::find(items, id_of(item), id_of);
        if (same != items.end() && !id_of(item).empty()) {
            merged.items[static_cast<std::size_t>(same - items.begin())] = origin;
            *same = item;
        } else {
            items.push_back(item);
            merged.items.push_back(origin);
        }
    }
}

void merge_members(Json& into, const Json& from) {
    for (const JsonMember& member : from.members) {
        const auto same = std::ranges::find(into.members, member.name, &JsonMember::name);
        if (same != into.members.end()) {
            same->value = member.value;
        } else {
            into.members.push_back(member);
        }
    }
}

void lay_over(MergedValue& merged, const KeyRule& rule, const Json& value, const Fragment& fragment,
              const MergedValue& fallback) {
    if (value.kind == Json::Kind::null) {
        merged = fallback;
        return;
    }
    if (find_fault(rule, value)) return;
    if (rule.key == "maintenanceConfigurations") {
        merge_by_id(merged, value, fragment);
    } else if (rule.kind == KeyKind::text_map) {
        merge_members(merged.value, value);
    } else {
        merged.value = value;
    }
    merged.file = fragment.file;
    merged.line = line_of(fragment.text, value.offset);
}

}  // namespace

std::string Origin::text() const { return file.empty() ? "default" : fmt::format("{}:{}", file, line); }

Merged merge(const std::vector<Fragment>& fragments, std::string_view os_type) {
    Merged merged;
    for (const KeyRule& rule : configuration_keys()) {
        const MergedValue fallback = built_in(rule, os_type);
        MergedValue value = fallback;
        for (const Fragment& fragment : fragments) {
            if (const Json* found = look_up(fragment.root, rule.key); found != nullptr && fragment.root.kind == Json::Kind::object) {
                lay_over(value, rule, *found, fragment, fallback);
            }
        }
        merged.emplace(rule.key, std::move(value));
    }
    return merged;
}

}  // namespace guestpatch
