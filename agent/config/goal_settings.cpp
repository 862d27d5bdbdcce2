#include "agent/config/goal_settings.hpp"

#include <algorithm>

#include "agent/config/schema.hpp"
#include "platform/base/text.hpp"

namespace guestpatch {
namespace {

constexpr std::size_t most_configurations = 100;
constexpr std::size_t longest_label = 128;

constexpr std::string_view settings_key = "patchSettings";
constexpr std::string_view platform_key = "automaticByPlatformSettings";
constexpr std::string_view configurations_key = "maintenanceConfigurations";

constexpr std::array<std::string_view, 4> settings{"patchMode", "assessmentMode", "enableHotpatching", "enableAutomaticUpdates"};
constexpr std::array<std::string_view, 5> settings_members{"patchMode", "assessmentMode", "enableHotpatching",
                                                           "enableAutomaticUpdates", platform_key};
constexpr std::array<std::string_view, 2> platform_settings{"rebootSetting", "bypassPlatformSafetyChecksOnUserSchedule"};

/// In names of members, in lower case.
constexpr std::array<std::string_view, 13> forbidden{
    "command", "script", "source",   "repositor", "url",         "credential", "token",
    "secret",  "hook",   "password", "proxy",     "certificate", "privatekey"};

bool is_control(char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }

Json object_at(std::size_t offset) { return {.kind = Json::Kind::object, .offset = offset}; }

/// In whatever case the host writes a word: consumers of these schemas do not mind.
Json as_schema_spells(const std::string& key, const Json& value) {
    Json spelled = value;
    const KeyRule* rule = find_key(key);
    if (rule == nullptr || rule->kind != KeyKind::word || value.kind != Json::Kind::string) return spelled;
    for (std::string_view rest = rule->allowed; !rest.empty();) {
        const std::string_view word = take_until(rest, '|');
        if (to_lower(word) == to_lower(value.text)) spelled.text = word;
    }
    return spelled;
}

/// rebootSetting "Unknown" is a word of the schema, and says nothing.
bool says_nothing(const Json* value) {
    return value == nullptr || value->kind == Json::Kind::null ||
           (value->kind == Json::Kind::string && to_lower(value->text) == "unknown");
}

void copy_members(const Json& from, Words names, const std::string& prefix, Json& into) {
    for (const std::string_view name : names) {
        const Json* value = from.find(name);
        if (says_nothing(value)) continue;
        into.members.push_back({std::string(name), as_schema_spells(fmt::format("{}.{}", prefix, name), *value)});
    }
}

Json patch_settings(const Json& from, const ObjectReader& in) {
    warn_of_trespass(in, settings_members);
    Json kept = object_at(from.offset);
    copy_members(from, settings, std::string(settings_key), kept);
    const auto platform = in.object(platform_key);
    if (!platform) return kept;
    warn_of_trespass(*platform, platform_settings);
    const Json& inner = *from.find(platform_key);
    Json inner_kept = object_at(inner.offset);
    copy_members(inner, platform_settings, fmt::format("{}.{}", settings_key, platform_key), inner_kept);
    kept.members.push_back({std::string(platform_key), std::move(inner_kept)});
    return kept;
}

/// As a drop-in has it: {id, properties{...}} in one object.
Json flattened(const Json& configuration, const ObjectReader& in) {
    Json flat = object_at(configuration.offset);
    for (const JsonMember& member : configuration.members) {
        if (member.name != "properties") flat.members.push_back(member);
    }
    if (const Json* properties = in.find("properties", Json::Kind::object)) {
        for (const JsonMember& member : properties->members) {
            if (flat.find(member.name) == nullptr) flat.members.push_back(member);
        }
    }
    const auto id = std::ranges::find(flat.members, "id", &JsonMember::name);
    if (id == flat.members.end() || id->value.kind != Json::Kind::string) return flat;
    if (const auto label = parse_label(id->value.text)) {
        id->value.text = *label;
    } else {
        in.fail("id", label.error().message);
    }
    return flat;
}

Json maintenance_configurations(const Json& from, Faults& into) {
    Json kept{.kind = Json::Kind::array, .offset = from.offset};
    for (std::size_t i = 0; i < from.items.size(); ++i) {
        const Json& item = from.items[i];
        const ObjectReader in(item, fmt::format("{}[{}]", configurations_key, i), into);
        kept.items.push_back(item.kind == Json::Kind::object ? flattened(item, in) : item);
    }
    return kept;
}

}  // namespace

Json goal_settings(const Json& goal, Faults& into) {
    Json root = object_at(goal.offset);
    const ObjectReader in(goal, "", into);
    if (const auto found = in.object(settings_key)) {
        root.members.push_back({std::string(settings_key), patch_settings(*goal.find(settings_key), *found)});
    }
    const Json* configurations = in.find(configurations_key, Json::Kind::array);
    if (configurations == nullptr) return root;
    if (configurations->items.size() > most_configurations) {
        const std::size_t found = configurations->items.size();
        in.fail(configurations_key, fmt::format("expected {} at most, found {}", most_configurations, found));
    } else {
        root.members.push_back({std::string(configurations_key), maintenance_configurations(*configurations, into)});
    }
    return root;
}

void warn_of_trespass(const ObjectReader& in, Words known) {
    for (const JsonMember& member : in.members()) {
        if (std::ranges::find(known, member.name) != known.end()) continue;
        const std::string name = to_lower(member.name);
        const auto speaks_of = [&](std::string_view word) { return name.find(word) != std::string::npos; };
        const bool configured = find_key(member.name) != nullptr || is_section(member.name);
        if (configured || std::ranges::any_of(forbidden, speaks_of)) in.warn(member.name, "ignored: a goal state may not say this");
    }
}

Result<std::string> parse_label(std::string_view text) {
    const std::string_view label = trim(text);
    const bool fits = !label.empty() && label.size() <= longest_label;
    if (fits && std::ranges::none_of(label, is_control)) return std::string(label);
    return Error{Errc::invalid,
                 fmt::format("expected a name of 1 to {} bytes without control characters", longest_label)};
}

std::string one_line(std::string_view message) {
    constexpr std::size_t longest = 300;
    std::string line = message.size() <= longest ? std::string(message) : to_valid_utf8(message.substr(0, longest)) + "...";
    std::ranges::replace_if(line, is_control, '?');
    return line;
}

}  // namespace guestpatch
