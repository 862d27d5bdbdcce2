#include "agent/config/settings.hpp"

#include <fmt/format.h>

#include <charconv>

#include "agent/config/maintenance.hpp"
#include "agent/wire/enums.hpp"

namespace guestpatch {
namespace {

const Json& value_of(const Merged& merged, std::string_view key) { return merged.find(key)->second.value; }

std::string text_of(const Merged& merged, std::string_view key) { return value_of(merged, key).text; }

/// The values were validated when they were read: what does not parse here cannot have come from a file.
template <class Parse>
auto parsed(const Merged& merged, std::string_view key, Parse&& parse) {
    return parse(std::string_view(text_of(merged, key))).value();
}

int number_of(const Merged& merged, std::string_view key) {
    const std::string text = text_of(merged, key);
    int number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

template <class Parse>
auto parsed_each(const Merged& merged, std::string_view key, Parse&& parse) {
    std::vector<typename std::invoke_result_t<Parse, std::string_view>::value_type> values;
    for (const Json& item : value_of(merged, key).items) {
        if (auto value = parse(item.text)) values.push_back(std::move(*value));
    }
    return values;
}

OffPeak read_off_peak(const Merged& merged) {
    OffPeak off_peak{.start = parsed(merged, "offPeak.start", parse_time_of_day),
                     .duration = parsed(merged, "offPeak.duration", parse_duration),
                     .time_zone = text_of(merged, "offPeak.timeZone"),
                     .spread = parsed(merged, "offPeak.spread", parse_duration),
                     .cadence = text_of(merged, "offPeak.cadence") == "monthly" ? Cadence::monthly : Cadence::every_window,
                     .attempt_within = parsed(merged, "offPeak.attemptWithin", parse_duration)};
    const Json& all_hours = value_of(merged, "offPeak.allHours");
    const AllHours said = all_hours.boolean ? AllHours::yes : AllHours::no;
    off_peak.all_hours = all_hours.kind == Json::Kind::boolean ? said : AllHours::automatic;
    off_peak.days = parsed_each(merged, "offPeak.days", parse_weekday);
    return off_peak;
}

Hooks::Commands commands_of(const Merged& merged, std::string_view key) {
    Hooks::Commands commands;
    for (const Json& command : value_of(merged, key).items) {
        std::vector<std::string>& argv = commands.emplace_back();
        for (const Json& word : command.items) argv.push_back(word.text);
    }
    return commands;
}

Hooks read_hooks(const Merged& merged) {
    return {.pre_install = commands_of(merged, "hooks.preInstall"),
            .post_install = commands_of(merged, "hooks.postInstall"),
            .post_reboot = commands_of(merged, "hooks.postReboot"),
            .on_result = commands_of(merged, "hooks.onResult"),
            .timeout = parsed(merged, "hooks.timeout", parse_duration),
            .proceed_on_pre_failure = text_of(merged, "hooks.onPreFailure") == "proceed"};
}

std::vector<MaintenanceConfiguration> read_configurations(const Merged& merged, std::string_view os_type) {
    std::vector<MaintenanceConfiguration> configurations;
    for (const Json& object : value_of(merged, "maintenanceConfigurations").items) {
        auto reading = read_maintenance(object, os_type);
        if (reading.configuration) configurations.push_back(std::move(*reading.configuration));
    }
    return configurations;
}

}  // namespace

Settings make_settings(const Merged& merged, std::string_view os_type) {
    const std::string reboot = text_of(merged, "patchSettings.automaticByPlatformSettings.rebootSetting");
    Settings settings{.patch_mode = text_of(merged, "patchSettings.patchMode"),
                      .assessment_mode = text_of(merged, "patchSettings.assessmentMode"),
                      .bypass_platform_checks =
                          value_of(merged, "patchSettings.automaticByPlatformSettings.bypassPlatformSafetyChecksOnUserSchedule").boolean,
                      .assessment_interval = parsed(merged, "assessment.interval", parse_duration),
                      .off_peak = read_off_peak(merged),
                      .maintenance = read_configurations(merged, os_type),
                      .hooks = read_hooks(merged),
                      .guard_battery = value_of(merged, "guards.battery").boolean,
                      .guard_metered = value_of(merged, "guards.metered").boolean,
                      .scale_set = text_of(merged, "machine.scaleSet"),
                      .maximum_duration = parsed(merged, "installPatches.maximumDuration", parse_duration),
                      .stop_timeout = parsed(merged, "installPatches.stopTimeout", parse_duration),
                      .reboot_setting = from_wire<RebootSetting>(reboot).value_or(RebootSetting::if_required),
                      .reboot_setting_chosen =
                          !merged.find("patchSettings.automaticByPlatformSettings.rebootSetting")->second.file.empty(),
                      .reboots_per_run = number_of(merged, "reboot.maximumPerRun"),
                      .reboot_warning = parsed(merged, "reboot.warning", parse_duration),
                      .reboot_reserve = parsed(merged, "reboot.reserve", parse_duration),
                      .inhibitor_grace = parsed(merged, "reboot.inhibitorGrace", parse_duration),
                      .package_manager = text_of(merged, "packageManager.name"),
                      .allow_removals = value_of(merged, "packageManager.allowRemovals").boolean,
                      .history_keep = parsed(merged, "history.keep", parse_duration),
                      .compliance_max_age = parsed(merged, "compliance.maxAge", parse_duration),
                      .support_end = text_of(merged, "compliance.supportEnd"),
                      .log_level = parse_log_level(text_of(merged, "log.level")).value_or(LogLevel::info),
                      .machine_id = text_of(merged, "machine.id")};
    settings.security_origins = parsed_each(merged, "packageManager.securityOrigins", parse_origin_rule);
    for (const Json& item : value_of(merged, "installPatches.classificationsToInclude").items) {
        // The Windows-only classes select nothing here.
        if (const auto value = from_wire<Classification>(item.text)) settings.selection.classifications.push_back(*value);
    }
    settings.selection.include = parsed_each(merged, "installPatches.patchesToInclude", parse_mask);
    settings.selection.exclude = parsed_each(merged, "installPatches.patchesToExclude", parse_mask);
    const std::string ceiling = text_of(merged, "installPatches.maxPatchPublishDate");
    if (!ceiling.empty()) settings.selection.max_publish_date = parse_instant(ceiling).value();
    return settings;
}

std::vector<ConfigFault> find_contradictions(const Merged& merged, std::string_view os_type) {
    std::vector<ConfigFault> faults;
    const MergedValue& mode = merged.find("patchSettings.patchMode")->second;
    const bool linux_only = mode.value.text == "ImageDefault";
    const bool windows_only = mode.value.text == "AutomaticByOS" || mode.value.text == "Manual";
    if (!mode.file.empty() && ((os_type == "Windows" && linux_only) || (os_type == "Linux" && windows_only))) {
        faults.push_back({mode.file, mode.line, "patchSettings.patchMode",
                          fmt::format("\"{}\" does not exist on {}; use {}", mode.value.text, os_type,
                                      os_type == "Windows" ? "AutomaticByOS, AutomaticByPlatform or Manual"
                                                           : "ImageDefault or AutomaticByPlatform")});
    }
    return faults;
}

}  // namespace guestpatch
