#include "agent/domain/scope.hpp"

#include <algorithm>
#include <string_view>

#include "platform/base/text.hpp"

namespace guestpatch {
namespace {

/// "West Europe" and "westeurope" are one region, as Azure writes them for people and for programs.
std::string region_of(std::string_view text) {
    std::string region = to_lower(text);
    std::erase(region, ' ');
    return region;
}

template <class Normal>
bool is_one_of(const std::vector<std::string>& wanted, std::string_view known, Normal&& normal) {
    return std::ranges::any_of(wanted, [&](const std::string& word) { return normal(word) == normal(known); });
}

template <class Normal>
bool holds(const std::vector<std::string>& wanted, std::string_view known, Normal&& normal) {
    return wanted.empty() || (!known.empty() && is_one_of(wanted, known, normal));
}

bool has_tag(const MachinePlace& machine, const std::string& name, const std::vector<std::string>& values) {
    return std::ranges::any_of(machine.tags, [&](const auto& tag) {
        return to_lower(tag.first) == to_lower(name) && is_one_of(values, tag.second, to_lower);
    });
}

bool tags_hold(const ScopeFilter& filter, const MachinePlace& machine) {
    bool any_asked = false;
    bool any_held = false;
    for (const auto& [name, values] : filter.tags) {
        if (values.empty()) continue;
        any_asked = true;
        const bool held = has_tag(machine, name, values);
        if (!held && filter.all_tags) return false;
        any_held = any_held || held;
    }
    return any_held || !any_asked;
}

}  // namespace

bool in_scope(const ScopeFilter& filter, const MachinePlace& machine) {
    return holds(filter.os_types, machine.os_type, to_lower) && holds(filter.locations, machine.region, region_of) &&
           holds(filter.resource_groups, machine.resource_group, to_lower) && tags_hold(filter, machine);
}

}  // namespace guestpatch
