#include "agent/config/settings.hpp"

#include <fmt/format.h>

#include <charconv>

#include "agent/config/host_url.hpp"
#include "agent/config/maintenance.hpp"
#include "agent/config/probes.hpp"
#include "agent/domain/scheduling.hpp"
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

bool is_from_goal(const std::string& file, const Circumstances& circumstances) {
    return !circumstances.goal.empty() && file == circumstances.goal;
}

Selection read_selection(const Merged& merged) {
    Selection selection;
    for (const Json& item : value_of(merged, "installPatches.classificationsToInclude").items) {
        // The Windows-only classes select nothing here.
        if (const auto value = from_wire<Classification>(item.text)) selection.classifications.push_back(*value);
    }
    selection.include = parsed_each(merged, "installPatches.patchesToInclude", parse_mask);
    selection.exclude = parsed_each(merged, "installPatches.patchesToExclude", parse_mask);
    const std::string ceiling = text_of(merged, "installPatches.maxPatchPublishDate");
    if (!ceiling.empty()) selection.max_publish_date = parse_instant(ceiling).value();
    return selection;
}

HostSettings read_host(const Merged& merged) {
    return {.url = parse_host_url(text_of(merged, "host.url")).value_or(""),
            .ca_file = text_of(merged, "host.caFile"),
            .client_certificate = text_of(merged, "host.clientCertificate"),
            .client_key = text_of(merged, "host.clientKey"),
            .bearer_token_file = text_of(merged, "host.bearerTokenFile"),
            .interval = parsed(merged, "host.interval", parse_duration),
            .long_poll = value_of(merged, "host.longPoll").boolean,
            .admission = value_of(merged, "host.admission").boolean};
}

HealthSettings read_health(const Merged& merged) {
    HealthSettings health{.grace_period = parsed(merged, "health.gracePeriod", parse_duration),
                          .proceed_when_unhealthy = text_of(merged, "health.onUnhealthyBefore") == "proceed"};
    for (const Json& object : value_of(merged, "health.probes").items) {
        if (auto reading = read_probe(object); reading.probe) health.probes.push_back(std::move(*reading.probe));
    }
    for (const Json& word : value_of(merged, "health.command").items) health.command.push_back(word.text);
    return health;
}

Imds read_imds(const Merged& merged) {
    const Json& imds = value_of(merged, "imds");
    if (imds.kind != Json::Kind::boolean) return Imds::automatic;
    return imds.boolean ? Imds::always : Imds::never;
}

/// The configuration's word, member by member, before the instance metadata service's.
MachinePlace read_place(const Merged& merged, const Circumstances& circumstances) {
    MachinePlace place = read_imds(merged) == Imds::never ? MachinePlace() : circumstances.place;
    place.os_type = circumstances.os_type;
    const auto say = [&](std::string_view key, std::string& member) {
        if (std::string configured = text_of(merged, key); !configured.empty()) member = std::move(configured);
    };
    say("machine.region", place.region);
    say("machine.zone", place.zone);
    say("machine.faultDomain", place.fault_domain);
    say("machine.updateDomain", place.update_domain);
    say("machine.availabilitySet", place.availability_set);
    say("machine.scaleSet", place.scale_set);
    say("machine.resourceGroup", place.resource_group);
    for (const JsonMember& tag : value_of(merged, "machine.tags").members) place.tags.insert_or_assign(tag.name, tag.value.text);
    return place;
}

/// Keeps those that are for this machine, and decides whether they, the off-peak hours or neither are used.
void schedule(Settings& settings, std::vector<MaintenanceConfiguration> configurations) {
    SchedulingFacts facts{.automatic = is_automatic(settings), .bypass = settings.bypass_platform_checks};
    for (MaintenanceConfiguration& configuration : configurations) {
        if (!in_scope(configuration.filter, settings.place)) {
            settings.out_of_scope.push_back(configuration.id);
            continue;
        }
        facts.schedules.push_back(configuration.origin);
        settings.maintenance.push_back(std::move(configuration));
    }
    const Scheduling scheduling = decide_scheduling(facts);
    settings.off_peak_applies = scheduling == Scheduling::off_peak;
    settings.schedule_fault = fault_of(scheduling);
    if (scheduling == Scheduling::refused) settings.maintenance.clear();
}

/// A fault of a key that is set without the other one.
void require_pair(const Merged& merged, std::string_view key, std::string_view other, std::vector<ConfigFault>& into) {
    const MergedValue& set = merged.find(key)->second;
    if (set.value.text.empty() || !text_of(merged, other).empty()) return;
    into.push_back({set.file, set.line, std::string(key), fmt::format("goes with {}, which is not set", other)});
}

}  // namespace

std::vector<MaintenanceConfiguration> read_configurations(const Merged& merged, const Circumstances& circumstances) {
    std::vector<MaintenanceConfiguration> configurations;
    const MergedValue& all = merged.find("maintenanceConfigurations")->second;
    for (std::size_t i = 0; i < all.value.items.size(); ++i) {
        auto reading = read_maintenance(all.value.items[i], circumstances.os_type);
        if (!reading.configuration) continue;
        const bool by_goal = is_from_goal(all.items.at(i).file, circumstances);
        reading.configuration->origin = by_goal ? ScheduleOrigin::goal : ScheduleOrigin::local;
        configurations.push_back(std::move(*reading.configuration));
    }
    return configurations;
}

Settings make_settings(const Merged& merged, const Circumstances& circumstances) {
    const std::string reboot = text_of(merged, "patchSettings.automaticByPlatformSettings.rebootSetting");
    Settings settings{.patch_mode = text_of(merged, "patchSettings.patchMode"),
                      .assessment_mode = text_of(merged, "patchSettings.assessmentMode"),
                      .mode_from_host = is_from_goal(merged.find("patchSettings.patchMode")->second.file, circumstances),
                      .bypass_platform_checks =
                          value_of(merged, "patchSettings.automaticByPlatformSettings.bypassPlatformSafetyChecksOnUserSchedule").boolean,
                      .assessment_interval = parsed(merged, "assessment.interval", parse_duration),
                      .off_peak = read_off_peak(merged),
                      .hooks = read_hooks(merged),
                      .guard_battery = value_of(merged, "guards.battery").boolean,
                      .guard_metered = value_of(merged, "guards.metered").boolean,
                      .selection = read_selection(merged),
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
                      .security_origins = parsed_each(merged, "packageManager.securityOrigins", parse_origin_rule),
                      .allow_removals = value_of(merged, "packageManager.allowRemovals").boolean,
                      .history_keep = parsed(merged, "history.keep", parse_duration),
                      .compliance_max_age = parsed(merged, "compliance.maxAge", parse_duration),
                      .support_end = text_of(merged, "compliance.supportEnd"),
                      .log_level = parse_log_level(text_of(merged, "log.level")).value_or(LogLevel::info),
                      .imds = read_imds(merged),
                      .machine_id = text_of(merged, "machine.id"),
                      .machine_group = text_of(merged, "machine.group"),
                      .place = read_place(merged, circumstances),
                      .host = read_host(merged),
                      .health = read_health(merged),
                      .metrics_textfile = text_of(merged, "metrics.textfile")};
    settings.scale_set = settings.place.scale_set;
    schedule(settings, read_configurations(merged, circumstances));
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
    require_pair(merged, "host.clientCertificate", "host.clientKey", faults);
    require_pair(merged, "host.clientKey", "host.clientCertificate", faults);
    return faults;
}

}  // namespace guestpatch
