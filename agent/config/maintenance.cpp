#include "agent/config/maintenance.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "agent/config/patch_parameters.hpp"
#include "platform/base/text.hpp"

namespace guestpatch {
namespace {

constexpr std::array<std::string_view, 12> members{
    "id",         "name",       "type",                "location",         "tags",
    "namespace",  "visibility", "extensionProperties", "maintenanceScope", "maintenanceWindow",
    "installPatches", "filter"};
constexpr std::array<std::string_view, 5> window_members{"startDateTime", "expirationDateTime", "duration", "timeZone",
                                                         "recurEvery"};
constexpr std::array<std::string_view, 3> install_members{"rebootSetting", "linuxParameters", "windowsParameters"};
constexpr std::array<std::string_view, 5> filter_members{"osTypes", "locations", "resourceGroups", "resourceTypes",
                                                         "tagSettings"};
constexpr std::array<std::string_view, 2> tag_members{"tags", "filterOperator"};
constexpr std::array<std::string_view, 2> filter_operators{"All", "Any"};
constexpr std::array<std::string_view, 2> os_types{"Linux", "Windows"};
constexpr std::array<std::string_view, 7> scopes{"InGuestPatch", "Host", "Resource", "OSImage", "Extension", "SQLDB",
                                                 "SQLManagedInstance"};
constexpr std::array<std::string_view, 2> patch_modes{"User", "Platform"};

constexpr int least_hours_between = 6;  // the service's own rule for guests

/// "2026-11-21 22:00", seconds allowed.
Result<LocalTime> parse_local(std::string_view text) {
    constexpr std::size_t without_seconds = std::string_view("2026-11-21 22:00").size();
    const auto as_utc = parse_instant(fmt::format("{}{}", text, text.size() == without_seconds ? ":00Z" : "Z"));
    if (as_utc) return LocalTime(as_utc->time_since_epoch());
    return Error{Errc::invalid, fmt::format("\"{}\" is not a local time such as 2026-11-21 22:00", text)};
}

Result<seconds> parse_length(std::string_view text) {
    auto length = parse_time_of_day(text);
    if (length && *length > seconds(0)) return length;
    return Error{Errc::invalid, fmt::format("\"{}\" is not a duration from 00:01 to 23:59, such as 03:55", text)};
}

void read_window(const ObjectReader& in, MaintenanceConfiguration& into) {
    in.warn_of_others(window_members);
    for (const auto name : {"startDateTime", "duration", "timeZone"}) in.require(name);
    const auto start = in.parsed("startDateTime", parse_local);
    into.expiration = in.parsed("expirationDateTime", parse_local);
    const auto length = in.parsed("duration", parse_length);
    into.time_zone = in.parsed("timeZone", parse_nonempty).value_or("");
    const auto recurrence = in.parsed("recurEvery", parse_recurrence);
    if (start && into.expiration && *into.expiration <= *start) in.fail("expirationDateTime", "does not lie after startDateTime");
    const auto* hourly = recurrence ? std::get_if<Hourly>(&*recurrence) : nullptr;
    if (hourly != nullptr && hourly->every < least_hours_between) {
        in.fail("recurEvery", fmt::format("fewer than {} hours between two windows", least_hours_between));
    } else if (hourly != nullptr && length && *length > std::chrono::hours(hourly->every)) {
        in.fail("duration", "longer than the time between two windows");
    }
    into.start = start.value_or(LocalTime());
    into.duration = length.value_or(seconds(0));
    into.recurrence = recurrence.value_or(Once());
}

void read_installation(const ObjectReader& in, std::string_view os_type, MaintenanceConfiguration& into) {
    in.warn_of_others(install_members);
    into.reboot_setting = in.parsed("rebootSetting", parse_reboot_setting);
    constexpr auto whose = ParametersOf::maintenance;
    std::optional<InstallationRequest> on_linux;
    std::optional<InstallationRequest> on_windows;
    if (const auto parameters = in.object("linuxParameters")) on_linux = read_linux_parameters(*parameters, whose);
    if (const auto parameters = in.object("windowsParameters")) on_windows = read_windows_parameters(*parameters, whose);
    auto& mine = os_type == "Windows" ? on_windows : on_linux;
    if (!mine) return;
    into.selection = std::move(mine->selection);
    into.exclude_reboot = mine->exclude_reboot;
}

Result<std::string> parse_any(std::string_view text) { return std::string(text); }

void read_tags(const ObjectReader& in, ScopeFilter& into) {
    in.warn_of_others(tag_members);
    const auto how = in.parsed("filterOperator", [](std::string_view text) { return word_of(filter_operators, text); });
    into.all_tags = !how || *how == "All";
    const auto tags = in.object("tags");
    if (!tags) return;
    for (const JsonMember& tag : tags->members()) {
        std::vector<std::string> values = tags->parsed_each(tag.name, parse_any);
        if (values.empty()) tags->fail(tag.name, "expected the values that will do, found none");
        into.tags.emplace(tag.name, std::move(values));
    }
}

ScopeFilter read_filter(const ObjectReader& in) {
    in.warn_of_others(filter_members);
    ScopeFilter filter{.locations = in.parsed_each("locations", parse_nonempty),
                       .resource_groups = in.parsed_each("resourceGroups", parse_nonempty)};
    for (const std::string_view word : in.parsed_each("osTypes", [](std::string_view text) { return word_of(os_types, text); })) {
        filter.os_types.emplace_back(word);
    }
    const Json* types = in.find("resourceTypes", Json::Kind::array);
    if (types != nullptr && !types->items.empty()) in.warn("resourceTypes", "ignored: a machine does not know its own");
    if (const auto tags = in.object("tagSettings")) read_tags(*tags, filter);
    return filter;
}

/// Whether it is for guests. Only a scope that exists is passed over.
bool is_for_guests(const ObjectReader& in) {
    const auto scope = in.parsed("maintenanceScope", [](std::string_view text) { return word_of(scopes, text); });
    if (!scope || *scope == "InGuestPatch") return true;
    in.warn("maintenanceScope", fmt::format("ignored: \"{}\" does not concern what runs inside the machine", *scope));
    return false;
}

}  // namespace

MaintenanceReading read_maintenance(const Json& value, std::string_view os_type) {
    MaintenanceReading reading;
    const ObjectReader in(value, "", reading);
    in.require("id");
    MaintenanceConfiguration configuration{.id = in.parsed("id", parse_nonempty).value_or("")};
    configuration.selection.classifications = {Classification::critical, Classification::security};
    if (!is_for_guests(in)) return reading;
    in.warn_of_others(members);
    in.require("maintenanceWindow");
    if (const auto extension = in.object("extensionProperties")) {
        (void)extension->parsed("InGuestPatchMode", [](std::string_view text) { return word_of(patch_modes, text); });
    }
    if (const auto window = in.object("maintenanceWindow")) read_window(*window, configuration);
    if (const auto install = in.object("installPatches")) read_installation(*install, os_type, configuration);
    if (const auto filter = in.object("filter")) configuration.filter = read_filter(*filter);
    if (reading.errors.empty()) reading.configuration = std::move(configuration);
    return reading;
}

}  // namespace guestpatch
