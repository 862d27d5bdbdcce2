#include "agent/config/goal_operation.hpp"

#include <algorithm>

#include "agent/config/goal_settings.hpp"
#include "agent/config/patch_parameters.hpp"
#include "platform/base/text.hpp"

namespace guestpatch {
namespace {

constexpr std::array<std::string_view, 6> members{"activityId", "operation", "sequenceNumber",
                                                  "startTime",  "notAfter",  "parameters"};
constexpr std::array<std::string_view, 5> parameter_members{"maximumDuration", "rebootSetting", "linuxParameters",
                                                            "windowsParameters", "maintenanceRunId"};

struct NamedKind {
    std::string_view name;
    GoalKind kind;
};
constexpr std::array kinds{NamedKind{"assessment", GoalKind::assessment}, NamedKind{"installation", GoalKind::installation},
                           NamedKind{"configurepatching", GoalKind::configure_patching}};

/// In lower case: the same id in another case is no other operation. Becomes part of a file's name.
Result<std::string> parse_activity_id(std::string_view text) {
    const auto fits = [&](std::size_t i) {
        if (i == 8 || i == 13 || i == 18 || i == 23) return text[i] == '-';
        return std::string_view("0123456789abcdefABCDEF").find(text[i]) != std::string_view::npos;
    };
    bool sound = text.size() == 36;
    for (std::size_t i = 0; sound && i < text.size(); ++i) sound = fits(i);
    if (sound) return to_lower(text);
    return Error{Errc::invalid, "expected a GUID such as f1d0a5b2-7f3a-45a1-8a40-2f4f0f6d2c9e"};
}

GoalKind kind_of(std::string_view name) {
    const auto found = std::ranges::find(kinds, to_lower(name), &NamedKind::name);
    return found == kinds.end() ? GoalKind::unknown : found->kind;
}

Result<seconds> parse_maximum_duration(std::string_view text) {
    auto duration = parse_duration(text);
    if (!duration || *duration > seconds(0)) return duration;
    return Error{Errc::invalid, "expected some time, found none"};
}

/// "Unknown" is a word of the schema, and says nothing.
Result<std::optional<RebootSetting>> parse_wished_reboot(std::string_view text) {
    if (to_lower(text) == "unknown") return std::optional<RebootSetting>();
    const auto setting = parse_reboot_setting(text);
    return setting ? Result<std::optional<RebootSetting>>(*setting) : setting.error();
}

bool selects_something(const ObjectReader& in, const InstallationRequest& request) {
    const Json* classes = in.find("classificationsToInclude", Json::Kind::array);
    return !request.selection.include.empty() || (classes != nullptr && !classes->items.empty());
}

void read_selection(const ObjectReader& in, std::string_view os_type, GoalOperation& into) {
    const bool is_windows = os_type == "Windows";
    const std::string_view mine = is_windows ? "windowsParameters" : "linuxParameters";
    in.require(mine);
    const auto parameters = in.object(mine);
    if (!parameters) return;
    constexpr auto whose = ParametersOf::operation;
    into.request = is_windows ? read_windows_parameters(*parameters, whose) : read_linux_parameters(*parameters, whose);
    if (!selects_something(*parameters, into.request)) {
        in.fail(mine, "expected a classification or a patch to include, found neither");
    }
    if (auto run = parameters->parsed("maintenanceRunId", parse_label)) into.maintenance_run_id = std::move(*run);
}

void read_parameters(const ObjectReader& in, std::string_view os_type, GoalOperation& into) {
    warn_of_trespass(in, parameter_members);
    in.require("maximumDuration");
    into.maximum_duration = in.parsed("maximumDuration", parse_maximum_duration).value_or(seconds(0));
    into.reboot_setting = in.parsed("rebootSetting", parse_wished_reboot).value_or(std::nullopt);
    into.maintenance_run_id = in.parsed("maintenanceRunId", parse_label).value_or("");
    read_selection(in, os_type, into);
}

void read_wishes(const ObjectReader& in, std::string_view os_type, GoalOperation& into) {
    warn_of_trespass(in, members);
    into.sequence = in.number("sequenceNumber", 0, most_sequence).value_or(0);
    into.start = in.parsed("startTime", parse_instant);
    into.not_after = in.parsed("notAfter", parse_instant);
    if (into.start && into.not_after && *into.not_after <= *into.start) in.fail("notAfter", "does not lie after startTime");
    if (into.kind != GoalKind::installation) return;
    in.require("parameters");
    if (const auto parameters = in.object("parameters")) read_parameters(*parameters, os_type, into);
}

}  // namespace

GoalOperation read_operation(const Json& value, const std::string& place, std::string_view os_type, Faults& into) {
    GoalOperation operation;
    if (value.kind != Json::Kind::object) {
        into.errors.push_back({value.offset, place, fmt::format("expected an object, found {}", describe(value.kind))});
        return operation;
    }
    const ObjectReader in(value, place, into);
    in.require("activityId");
    in.require("operation");
    operation.activity_id = in.parsed("activityId", parse_activity_id).value_or("");
    operation.name = in.parsed("operation", parse_label).value_or("");
    operation.kind = kind_of(operation.name);
    Faults own;
    read_wishes(ObjectReader(value, "", own), os_type, operation);
    if (!own.errors.empty()) {
        operation.fault = one_line(fmt::format("{}: {}", own.errors.front().key, own.errors.front().message));
    }
    for (const PlacedFault& odd : own.warnings) {
        into.warnings.push_back({odd.offset, fmt::format("{}.{}", place, odd.key), odd.message});
    }
    return operation;
}

}  // namespace guestpatch
