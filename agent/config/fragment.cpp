#include "agent/config/fragment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "agent/config/maintenance.hpp"
#include "agent/config/probes.hpp"
#include "agent/config/schema.hpp"
#include "platform/base/text.hpp"

namespace guestpatch {
namespace {

std::string unknown_key(std::string_view key) {
    std::vector<std::string_view> known;
    for (const KeyRule& rule : configuration_keys()) {
        known.push_back(rule.key);
        // A misspelt section as well: "complience".
        for (std::size_t dot = rule.key.find('.'); dot != std::string_view::npos; dot = rule.key.find('.', dot + 1)) {
            known.push_back(rule.key.substr(0, dot));
        }
    }
    const std::string_view meant = closest(key, known);
    return meant.empty() ? "unknown key" : fmt::format("unknown key; did you mean \"{}\"?", meant);
}

class Check {
  public:
    explicit Check(Fragment& fragment) : fragment_(fragment) {}

    void object(const Json& value, const std::string& prefix) {
        for (const JsonMember& member : value.members) {
            const std::string key = prefix.empty() ? member.name : prefix + "." + member.name;
            if (const KeyRule* rule = find_key(key)) {
                leaf(*rule, member.value);
            } else if (is_section(key)) {
                section(member.value, key);
            } else {
                fragment_.warnings.push_back(fault(member.value, key, unknown_key(key)));
            }
        }
    }

  private:
    void leaf(const KeyRule& rule, const Json& value) {
        if (value.kind == Json::Kind::null) return;  // resets
        if (const auto wrong = find_fault(rule, value)) {
            fragment_.errors.push_back(fault(value, std::string(rule.key), *wrong));
        } else if (rule.key == "maintenanceConfigurations") {
            configurations(value, std::string(rule.key));
        } else if (rule.key == "health.probes") {
            probes(value, std::string(rule.key));
        }
    }
    void probes(const Json& value, const std::string& key) {
        for (std::size_t i = 0; i < value.items.size(); ++i) add(read_probe(value.items[i]), fmt::format("{}[{}].", key, i));
    }
    void add(const Faults& faults, const std::string& place) {
        for (const PlacedFault& wrong : faults.errors) fragment_.errors.push_back(fault(wrong, place));
        for (const PlacedFault& odd : faults.warnings) fragment_.warnings.push_back(fault(odd, place));
    }
    void configurations(const Json& value, const std::string& key) {
        std::vector<std::string> ids;
        for (std::size_t i = 0; i < value.items.size(); ++i) {
            const std::string place = fmt::format("{}[{}].", key, i);
            // Both systems' parameters are validated on either.
            add(read_maintenance(value.items[i], "Linux"), place);
            const Json* id = value.items[i].find("id");
            if (id == nullptr || id->kind != Json::Kind::string) continue;
            if (std::ranges::find(ids, id->text) != ids.end()) {
                fragment_.errors.push_back(fault(*id, place + "id", fmt::format("\"{}\" is there twice", id->text)));
            }
            ids.push_back(id->text);
        }
    }
    void section(const Json& value, const std::string& key) {
        if (value.kind == Json::Kind::object) {
            object(value, key);
        } else if (value.kind != Json::Kind::null) {
            fragment_.errors.push_back(fault(value, key, fmt::format("expected an object, found {}", describe(value.kind))));
        }
    }
    [[nodiscard]] ConfigFault fault(const Json& value, const std::string& key, std::string message) const {
        return {fragment_.file, line_of(fragment_.text, value.offset), key, std::move(message)};
    }
    [[nodiscard]] ConfigFault fault(const PlacedFault& placed, const std::string& place) const {
        return {fragment_.file, line_of(fragment_.text, placed.offset), place + placed.key, placed.message};
    }

    Fragment& fragment_;
};

}  // namespace

void check(Fragment& fragment) { Check(fragment).object(fragment.root, ""); }

ConfigFault syntax_fault(const std::string& file, std::string_view message) {
    ConfigFault fault{.file = file, .line = 1, .message = std::string(message)};
    constexpr std::string_view start = "line ";
    const std::size_t colon = message.find(": ");
    if (message.starts_with(start) && colon != std::string_view::npos) {
        std::from_chars(message.data() + start.size(), message.data() + colon, fault.line);
        fault.message = message.substr(colon + 2);
    }
    return fault;
}

Fragment parse_fragment(std::string file, std::string text) {
    Fragment fragment{.file = std::move(file), .text = std::move(text)};
    auto root = parse_json(fragment.text, JsonDialect::relaxed);
    if (!root) {
        fragment.errors.push_back(syntax_fault(fragment.file, root.error().message));
        return fragment;
    }
    if (root->kind != Json::Kind::object) {
        fragment.errors.push_back({fragment.file, 1, "", "expected an object: { ... }"});
        return fragment;
    }
    fragment.root = std::move(*root);
    check(fragment);
    return fragment;
}

}  // namespace guestpatch
