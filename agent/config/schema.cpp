#include "agent/config/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "agent/config/host_url.hpp"
#include "packagers/origin_rule.hpp"
#include "platform/base/mask.hpp"
#include "platform/base/text.hpp"
#include "platform/base/time.hpp"
#include "platform/files.hpp"

namespace guestpatch {
namespace {

using enum KeyKind;

constexpr std::string_view weekdays = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday";
constexpr std::string_view classifications =
    "Critical|Security|Other|UpdateRollUp|FeaturePack|ServicePack|Definition|Tools|Updates";

constexpr std::array keys{
    KeyRule{"patchSettings.patchMode", word, R"("ImageDefault")", "ImageDefault|AutomaticByPlatform|AutomaticByOS|Manual"},
    KeyRule{"patchSettings.assessmentMode", word, R"("ImageDefault")", "ImageDefault|AutomaticByPlatform"},
    KeyRule{"patchSettings.enableHotpatching", flag, "false", ""},
    KeyRule{"patchSettings.enableAutomaticUpdates", flag, "true", ""},
    KeyRule{"patchSettings.automaticByPlatformSettings.rebootSetting", word, R"("IfRequired")", "IfRequired|Never|Always"},
    KeyRule{"patchSettings.automaticByPlatformSettings.bypassPlatformSafetyChecksOnUserSchedule", flag, "false", ""},
    KeyRule{"assessment.interval", duration, R"("PT24H")", "PT1S|P30D"},
    KeyRule{"offPeak.start", time_of_day, R"("22:00")", ""},
    KeyRule{"offPeak.duration", duration, R"("PT8H")", "PT30M|PT24H"},
    KeyRule{"offPeak.timeZone", zone, R"("local")", ""},
    KeyRule{"offPeak.days", words, R"(["Monday","Tuesday","Wednesday","Thursday","Friday","Saturday","Sunday"])", weekdays},
    KeyRule{"offPeak.spread", duration, R"("PT2H")", ""},
    KeyRule{"offPeak.cadence", word, R"("everyWindow")", "everyWindow|monthly"},
    KeyRule{"offPeak.allHours", flag_or_auto, R"("auto")", ""},
    KeyRule{"offPeak.attemptWithin", duration, R"("P30D")", "PT1H|"},
    KeyRule{"maintenanceConfigurations", objects, "[]", ""},
    KeyRule{"installPatches.classificationsToInclude", words, R"(["Critical","Security"])", classifications},
    KeyRule{"installPatches.patchesToInclude", masks, "[]", ""},
    KeyRule{"installPatches.patchesToExclude", masks, "[]", ""},
    KeyRule{"installPatches.maximumDuration", duration, R"("PT4H")", ""},
    KeyRule{"installPatches.stopTimeout", duration, R"("PT1M")", "|PT1H"},
    KeyRule{"installPatches.maxPatchPublishDate", instant, R"("")", ""},
    KeyRule{"reboot.maximumPerRun", whole_number, "2", ""},
    KeyRule{"reboot.warning", duration, R"("PT3M")", "|PT24H"},
    KeyRule{"reboot.inhibitorGrace", duration, R"("PT15M")", "|PT24H"},
    KeyRule{"reboot.reserve", duration, R"("PT23M")", ""},
    KeyRule{"hooks.preInstall", commands, "[]", ""},
    KeyRule{"hooks.postInstall", commands, "[]", ""},
    KeyRule{"hooks.postReboot", commands, "[]", ""},
    KeyRule{"hooks.timeout", duration, R"("PT5M")", "PT1S|PT24H"},
    KeyRule{"hooks.onPreFailure", word, R"("cancel")", "cancel|proceed"},
    KeyRule{"hooks.onResult", commands, "[]", ""},
    KeyRule{"health.probes", objects, "[]", ""},
    KeyRule{"health.command", texts, "[]", ""},
    KeyRule{"health.gracePeriod", duration, R"("PT10M")", "|PT1H"},
    KeyRule{"health.onUnhealthyBefore", word, R"("cancel")", "cancel|proceed"},
    KeyRule{"packageManager.name", word, R"("")", "|apt|dnf|dnf5|yum|zypper|tdnf|windows-update"},
    KeyRule{"packageManager.securityOrigins", origin_rules, "[]", ""},
    KeyRule{"packageManager.treatAsSecurity", texts, "[]", ""},
    KeyRule{"packageManager.allowRemovals", flag, "false", ""},
    KeyRule{"packageManager.securityVersion", word, R"("latest")", "latest|minimal"},
    KeyRule{"packageManager.acceptLicenses", flag, "false", ""},
    KeyRule{"guards.battery", flag, "true", ""},
    KeyRule{"guards.metered", flag, "true", ""},
    KeyRule{"compliance.maxAge", duration, R"("P30D")", "PT1S|"},
    KeyRule{"compliance.supportEnd", day, R"("")", ""},
    KeyRule{"history.keep", duration, R"("P400D")", "P1D|"},
    KeyRule{"metrics.textfile", metrics_file, R"("")", ""},
    KeyRule{"log.level", word, R"("info")", "debug|info|warning|error"},
    KeyRule{"imds", flag_or_auto, R"("auto")", ""},
    KeyRule{"windowsUpdate.acceptEula", flag, "false", ""},
    KeyRule{"windowsUpdate.microsoftUpdate", flag, "false", ""},
    KeyRule{"windowsUpdate.offlineCab", text, R"("")", ""},
    KeyRule{"host.url", base_url, R"("")", ""},
    KeyRule{"host.caFile", text, R"("")", ""},
    KeyRule{"host.clientCertificate", text, R"("")", ""},
    KeyRule{"host.clientKey", text, R"("")", ""},
    KeyRule{"host.bearerTokenFile", text, R"("")", ""},
    KeyRule{"host.interval", duration, R"("PT5M")", "PT1S|P1D"},
    KeyRule{"host.longPoll", flag, "false", ""},
    KeyRule{"host.admission", flag, "false", ""},
    KeyRule{"machine.id", text, R"("")", ""},
    KeyRule{"machine.group", text, R"("")", ""},
    KeyRule{"machine.region", text, R"("")", ""},
    KeyRule{"machine.zone", text, R"("")", ""},
    KeyRule{"machine.availabilitySet", text, R"("")", ""},
    KeyRule{"machine.scaleSet", text, R"("")", ""},
    KeyRule{"machine.updateDomain", text, R"("")", ""},
    KeyRule{"machine.faultDomain", text, R"("")", ""},
    KeyRule{"machine.resourceGroup", text, R"("")", ""},
    KeyRule{"machine.tags", text_map, "{}", ""},
};

std::string shown(const Json& value) {
    if (value.kind == Json::Kind::string) return fmt::format("\"{}\"", value.text);
    if (value.kind == Json::Kind::number) return value.text;
    return std::string(describe(value.kind));
}

std::string expected(std::string_view what, const Json& found) {
    return fmt::format("expected {}, found {}", what, shown(found));
}

std::string one_of(std::string_view allowed) {
    std::string words;
    while (!allowed.empty()) {
        const std::string_view word_allowed = take_until(allowed, '|');
        words += fmt::format("{}\"{}\"", words.empty() ? "" : ", ", word_allowed);
    }
    return words;
}

/// "Did you mean" for a word of a closed list, case included.
std::optional<std::string> fault_in_word(std::string_view allowed, const Json& value) {
    std::vector<std::string_view> known;
    for (std::string_view rest = allowed; !rest.empty() || known.empty();) known.push_back(take_until(rest, '|'));
    if (value.kind == Json::Kind::string && std::ranges::find(known, value.text) != known.end()) return std::nullopt;
    const std::string_view meant = value.kind == Json::Kind::string ? closest(value.text, known) : std::string_view();
    const std::string hint = meant.empty() ? "" : fmt::format("; did you mean \"{}\"?", meant);
    return expected("one of " + one_of(allowed), value) + hint;
}

template <class Parse>
std::optional<std::string> fault_in_text(std::string_view what, const Json& value, Parse&& parse) {
    if (value.kind != Json::Kind::string) return expected(what, value);
    const auto parsed = parse(value.text);
    if (parsed) return std::nullopt;
    return parsed.error().message;
}

std::optional<std::string> fault_in_number(const Json& value) {
    int number = -1;
    std::from_chars(value.text.data(), value.text.data() + value.text.size(), number);
    const bool digits = value.text.find_first_not_of("0123456789") == std::string::npos;
    if (value.kind == Json::Kind::number && digits && number >= 0 && number <= 1000) return std::nullopt;
    return expected("a whole number from 0 to 1000", value);
}

/// `limits`: "PT30M|PT24H", "PT30M|", "|PT24H", or none.
std::optional<std::string> fault_in_duration(std::string_view limits, const Json& value) {
    if (auto fault = fault_in_text("an ISO 8601 duration", value, parse_duration)) return fault;
    const std::string_view least = take_until(limits, '|');
    const std::string_view most = limits;
    const seconds found = parse_duration(value.text).value();
    const bool too_short = !least.empty() && found < parse_duration(least).value();
    const bool too_long = !most.empty() && found > parse_duration(most).value();
    if (!too_short && !too_long) return std::nullopt;
    if (most.empty()) return expected(fmt::format("a duration of {} at least", least), value);
    if (least.empty()) return expected(fmt::format("a duration of {} at most", most), value);
    return expected(fmt::format("a duration from {} to {}", least, most), value);
}

Result<void> check_zone(std::string_view text) {
    if (!trim(text).empty()) return {};
    return Error{Errc::invalid, "expected the name of a time zone, or \"local\""};
}

Result<void> check_day(std::string_view text) {
    if (text.empty() || parse_day(text)) return {};
    return Error{Errc::invalid, fmt::format("\"{}\" is not a day such as 2028-06-30", text)};
}

Result<void> check_instant(std::string_view text) {
    if (text.empty()) return {};
    const auto parsed = parse_instant(text);
    return parsed ? Result<void>() : parsed.error();
}

Result<void> check_base_url(std::string_view text) {
    if (text.empty()) return {};
    const auto parsed = parse_host_url(text);
    return parsed ? Result<void>() : parsed.error();
}

Result<void> check_metrics_file(std::string_view text) {
    const Path path{std::string(text)};
    if (text.empty() || (path.has_root_directory() && path.extension() == ".prom")) return {};
    return Error{Errc::invalid, fmt::format("\"{}\" is not the full path of a file whose name ends in .prom", text)};
}

template <class Check>
std::optional<std::string> fault_in_array(std::string_view what, const Json& value, Check&& check) {
    if (value.kind != Json::Kind::array) return expected(what, value);
    for (std::size_t i = 0; i < value.items.size(); ++i) {
        if (const auto fault = check(value.items[i])) return fmt::format("[{}]: {}", i, *fault);
    }
    return std::nullopt;
}

std::optional<std::string> fault_in_string(const Json& value) {
    return value.kind == Json::Kind::string ? std::nullopt : std::optional(expected("a string", value));
}

std::optional<std::string> fault_in_command(const Json& value) {
    if (value.kind == Json::Kind::array && value.items.empty()) return "an empty command";
    return fault_in_array("an array of a program and its arguments", value, fault_in_string);
}

std::optional<std::string> fault_in_map(const Json& value) {
    if (value.kind != Json::Kind::object) return expected("an object of strings", value);
    for (const JsonMember& member : value.members) {
        if (const auto fault = fault_in_string(member.value)) return fmt::format("{}: {}", member.name, *fault);
    }
    return std::nullopt;
}

}  // namespace

std::span<const KeyRule> configuration_keys() { return keys; }

const KeyRule* find_key(std::string_view key) {
    const auto found = std::ranges::find(keys, key, &KeyRule::key);
    return found == keys.end() ? nullptr : &*found;
}

bool is_section(std::string_view prefix) {
    return std::ranges::any_of(keys, [prefix](const KeyRule& rule) {
        return rule.key.size() > prefix.size() && rule.key.starts_with(prefix) && rule.key[prefix.size()] == '.';
    });
}

std::optional<std::string> find_fault(const KeyRule& rule, const Json& value) {
    switch (rule.kind) {
        case word: return fault_in_word(rule.allowed, value);
        case text: return fault_in_string(value);
        case flag:
            return value.kind == Json::Kind::boolean ? std::nullopt : std::optional(expected("true or false", value));
        case whole_number: return fault_in_number(value);
        case duration: return fault_in_duration(rule.allowed, value);
        case zone: return fault_in_text("the name of a time zone", value, check_zone);
        case time_of_day: return fault_in_text("a time of day", value, parse_time_of_day);
        case day: return fault_in_text("a day", value, check_day);
        case instant: return fault_in_text("an instant", value, check_instant);
        case words:
            return fault_in_array("an array of words", value,
                                  [&](const Json& item) { return fault_in_word(rule.allowed, item); });
        case masks:
            return fault_in_array("an array of masks", value,
                                  [](const Json& item) { return fault_in_text("a mask", item, parse_mask); });
        case origin_rules:
            return fault_in_array("an array of origin rules", value, [](const Json& item) {
                return fault_in_text("an origin rule", item, parse_origin_rule);
            });
        case texts: return fault_in_array("an array of strings", value, fault_in_string);
        case commands: return fault_in_array("an array of commands", value, fault_in_command);
        case objects:
            return fault_in_array("an array of objects", value, [](const Json& item) {
                return item.kind == Json::Kind::object ? std::nullopt : std::optional(expected("an object", item));
            });
        case text_map: return fault_in_map(value);
        case base_url: return fault_in_text("an address", value, check_base_url);
        case metrics_file: return fault_in_text("a path", value, check_metrics_file);
        case flag_or_auto:
            if (value.kind == Json::Kind::boolean || (value.kind == Json::Kind::string && value.text == "auto")) return std::nullopt;
            return expected("true, false or \"auto\"", value);
    }
    return "of a kind nobody knows";
}

}  // namespace guestpatch
