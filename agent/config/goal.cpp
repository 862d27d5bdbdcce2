#include "agent/config/goal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "agent/config/goal_operation.hpp"
#include "agent/config/goal_settings.hpp"

namespace guestpatch {
namespace {

constexpr std::size_t most_bytes = 1024UL * 1024;
constexpr std::size_t most_operations = 100;
constexpr std::size_t most_warnings = 50;
constexpr std::uint64_t least_interval = 30;
constexpr std::uint64_t most_interval = 86400;

constexpr std::array<std::string_view, 5> members{"goalSequence", "patchSettings", "maintenanceConfigurations", "operations",
                                                  "reporting"};
constexpr std::array<std::string_view, 2> reporting_members{"intervalSeconds", "eventsEnabled"};

std::vector<GoalOperation> read_operations(const Json& root, std::string_view os_type, Faults& into) {
    std::vector<GoalOperation> operations;
    const ObjectReader in(root, "", into);
    const Json* list = in.find("operations", Json::Kind::array);
    if (list == nullptr) return operations;
    if (list->items.size() > most_operations) {
        in.fail("operations", fmt::format("expected {} at most, found {}", most_operations, list->items.size()));
        return operations;
    }
    for (std::size_t i = 0; i < list->items.size(); ++i) {
        GoalOperation operation = read_operation(list->items[i], fmt::format("operations[{}]", i), os_type, into);
        const std::string& id = operation.activity_id;
        if (!id.empty() && std::ranges::find(operations, id, &GoalOperation::activity_id) != operations.end()) {
            const std::string key = fmt::format("operations[{}].activityId", i);
            into.errors.push_back({list->items[i].offset, key, fmt::format("\"{}\" is there twice", id)});
        }
        operations.push_back(std::move(operation));
    }
    return operations;
}

void read_reporting(const ObjectReader& in, GoalState& into) {
    warn_of_trespass(in, reporting_members);
    if (const auto interval = in.number("intervalSeconds", least_interval, most_interval)) {
        into.interval = seconds(static_cast<seconds::rep>(*interval));
    }
    into.events = in.flag("eventsEnabled").value_or(true);
}

GoalState read_state(const Json& root, std::string_view os_type, Faults& into) {
    const ObjectReader in(root, "", into);
    warn_of_trespass(in, members);
    in.require("goalSequence");
    GoalState goal{.sequence = in.number("goalSequence", 0, most_sequence).value_or(0)};
    goal.operations = read_operations(root, os_type, into);
    if (const auto reporting = in.object("reporting")) read_reporting(*reporting, goal);
    return goal;
}

void place(const std::vector<PlacedFault>& faults, const Fragment& in, std::vector<ConfigFault>& into) {
    for (const PlacedFault& fault : faults) into.push_back({in.file, line_of(in.text, fault.offset), fault.key, fault.message});
}

void make_showable(std::vector<ConfigFault>& faults) {
    for (ConfigFault& fault : faults) {
        fault.key = one_line(fault.key);
        fault.message = one_line(fault.message);
    }
}

}  // namespace

GoalReading read_goal_state(std::string file, std::string text, std::string_view os_type) {
    GoalReading reading;
    reading.settings.file = std::move(file);
    reading.settings.text = std::move(text);
    Fragment& settings = reading.settings;
    if (settings.text.size() > most_bytes) {
        reading.errors.push_back({settings.file, 1, "", fmt::format("larger than {} bytes", most_bytes)});
        return reading;
    }
    const auto root = parse_json(settings.text, JsonDialect::strict);
    if (!root || root->kind != Json::Kind::object) {
        reading.errors.push_back(root ? ConfigFault{settings.file, 1, "", "expected an object: { ... }"}
                                      : syntax_fault(settings.file, root.error().message));
        return reading;
    }
    Faults faults;
    reading.goal = read_state(*root, os_type, faults);
    settings.root = goal_settings(*root, faults);
    place(faults.errors, settings, reading.errors);
    place(faults.warnings, settings, reading.warnings);
    check(settings);
    std::ranges::move(settings.errors, std::back_inserter(reading.errors));
    std::ranges::move(settings.warnings, std::back_inserter(reading.warnings));
    settings.errors.clear();
    settings.warnings.clear();
    make_showable(reading.errors);
    make_showable(reading.warnings);
    if (reading.warnings.size() > most_warnings) reading.warnings.resize(most_warnings);
    return reading;
}

}  // namespace guestpatch
