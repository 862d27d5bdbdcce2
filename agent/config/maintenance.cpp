#include "agent/config/maintenance.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "agent/wire/enums.hpp"
#include "platform/base/text.hpp"

namespace guestpatch {
namespace {

using Words = std::span<const std::string_view>;

constexpr std::array<std::string_view, 11> members{
    "id",         "name",       "type",                "location",         "tags",
    "namespace",  "visibility", "extensionProperties", "maintenanceScope", "maintenanceWindow",
    "installPatches"};
constexpr std::array<std::string_view, 5> window_members{"startDateTime", "expirationDateTime", "duration", "timeZone",
                                                         "recurEvery"};
constexpr std::array<std::string_view, 3> install_members{"rebootSetting", "linuxParameters", "windowsParameters"};
constexpr std::array<std::string_view, 3> linux_members{"packageNameMasksToInclude", "packageNameMasksToExclude",
                                                        "classificationsToInclude"};
constexpr std::array<std::string_view, 4> windows_members{"kbNumbersToInclude", "kbNumbersToExclude",
                                                          "classificationsToInclude", "excludeKbsRequiringReboot"};

constexpr std::array<std::string_view, 7> scopes{"InGuestPatch", "Host", "Resource", "OSImage", "Extension", "SQLDB",
                                                 "SQLManagedInstance"};
constexpr std::array<std::string_view, 2> patch_modes{"User", "Platform"};
constexpr std::array<std::string_view, 3> linux_classes{"Critical", "Security", "Other"};
constexpr std::array<std::string_view, 8> windows_classes{"Critical",    "Security",   "UpdateRollup", "FeaturePack",
                                                          "ServicePack", "Definition", "Tools",        "Updates"};
// The service has answered AlwaysReboot where Always was sent (azure-rest-api-specs 27222); the others by analogy.
constexpr std::array<std::string_view, 6> reboot_settings{"IfRequired",       "Never",       "Always",
                                                          "RebootIfRequired", "NeverReboot", "AlwaysReboot"};

constexpr int least_hours_between = 6;  // the service's own rule for guests

/// The word of a closed list that was meant, as the list spells it.
Result<std::string_view> word_of(Words allowed, std::string_view text) {
    const auto found = std::ranges::find(allowed, to_lower(text), [](std::string_view word) { return to_lower(word); });
    if (found != allowed.end()) return *found;
    const std::string_view meant = closest(text, {allowed.begin(), allowed.end()});
    const std::string hint = meant.empty() ? "" : fmt::format("; did you mean \"{}\"?", meant);
    return Error{Errc::invalid, fmt::format("expected one of {}, found \"{}\"{}", fmt::join(allowed, ", "), text, hint)};
}

Result<std::string> parse_nonempty(std::string_view text) {
    if (!trim(text).empty()) return std::string(trim(text));
    return Error{Errc::invalid, "expected a name, found an empty one"};
}

/// "2026-11-21 22:00", seconds allowed.
Result<LocalTime> parse_local(std::string_view text) {
    constexpr std::size_t without_seconds = std::string_view("2026-11-21 22:00").size();
    const auto as_utc = parse_instant(fmt::format("{}{}", text, text.size() == without_seconds ? ":00Z" : "Z"));
    if (as_utc) return LocalTime(as_utc->time_since_epoch());
    return Error{Errc::invalid, fmt::format("\"{}\" is not a local time such as 2026-11-21 22:00", text)};
}

Result<seconds> parse_length(std::string_view text) {
    const auto length = parse_time_of_day(text);
    if (length && *length > seconds(0)) return length;
    return Error{Errc::invalid, fmt::format("\"{}\" is not a duration from 00:01 to 23:59, such as 03:55", text)};
}

Result<RebootSetting> parse_reboot_setting(std::string_view text) {
    const auto word = word_of(reboot_settings, text);
    if (!word) return word.error();
    if (*word == "Always" || *word == "AlwaysReboot") return RebootSetting::always;
    return *word == "Never" || *word == "NeverReboot" ? RebootSetting::never : RebootSetting::if_required;
}

/// "KB1234567" or "1234567".
Result<PatchMask> parse_kb(std::string_view text) {
    std::string_view digits = trim(text);
    if (to_lower(digits).starts_with("kb")) digits.remove_prefix(2);
    if (!digits.empty() && digits.find_first_not_of("0123456789") == std::string_view::npos) {
        return PatchMask{fmt::format("KB{}", digits)};
    }
    return Error{Errc::invalid, fmt::format("\"{}\" is not a KB number such as KB1234567", text)};
}

/// An object being read: faults go into the reading, under its place.
class Object {
  public:
    Object(const Json& value, std::string place, MaintenanceReading& into)
        : value_(&value), place_(std::move(place)), into_(into) {}

    void warn_of_others(Words known) const {
        for (const JsonMember& member : value_->members) {
            if (std::ranges::find(known, member.name) != known.end()) continue;
            const std::string_view meant = closest(member.name, {known.begin(), known.end()});
            into_.warnings.push_back({member.value.offset, key_of(member.name),
                                      meant.empty() ? "unknown key" : fmt::format("unknown key; did you mean \"{}\"?", meant)});
        }
    }

    /// Absent, null and of the wrong kind alike are nothing; the last is a fault.
    [[nodiscard]] const Json* find(std::string_view name, Json::Kind kind) const {
        const Json* found = value_->find(name);
        if (found == nullptr || found->kind == Json::Kind::null) return nullptr;
        if (found->kind == kind) return found;
        fail(*found, name, fmt::format("expected {}, found {}", describe(kind), describe(found->kind)));
        return nullptr;
    }

    [[nodiscard]] std::optional<Object> object(std::string_view name) const {
        const Json* found = find(name, Json::Kind::object);
        return found == nullptr ? std::nullopt : std::optional(Object(*found, key_of(name), into_));
    }

    template <class Parse, class Value = typename std::invoke_result_t<Parse, std::string_view>::value_type>
    [[nodiscard]] std::optional<Value> parsed(std::string_view name, Parse&& parse) const {
        const Json* found = find(name, Json::Kind::string);
        if (found == nullptr) return std::nullopt;
        auto value = parse(std::string_view(found->text));
        if (value) return std::move(*value);
        fail(*found, name, value.error().message);
        return std::nullopt;
    }

    template <class Parse, class Value = typename std::invoke_result_t<Parse, std::string_view>::value_type>
    [[nodiscard]] std::vector<Value> parsed_each(std::string_view name, Parse&& parse) const {
        std::vector<Value> values;
        const Json* found = find(name, Json::Kind::array);
        for (std::size_t i = 0; found != nullptr && i < found->items.size(); ++i) {
            const Json& item = found->items[i];
            auto value = item.kind == Json::Kind::string
                             ? parse(std::string_view(item.text))
                             : Error{Errc::invalid, fmt::format("expected a string, found {}", describe(item.kind))};
            if (value) {
                values.push_back(std::move(*value));
            } else {
                fail(item, fmt::format("{}[{}]", name, i), value.error().message);
            }
        }
        return values;
    }

    [[nodiscard]] bool has(std::string_view name) const {
        const Json* found = value_->find(name);
        return found != nullptr && found->kind != Json::Kind::null;
    }
    void require(std::string_view name) const {
        if (!has(name)) fail(*value_, name, "missing");
    }
    void fail(std::string_view name, std::string message) const { fail(*value_->find(name), name, std::move(message)); }
    void warn(std::string_view name, std::string message) const {
        into_.warnings.push_back({value_->find(name)->offset, key_of(name), std::move(message)});
    }

  private:
    void fail(const Json& at, std::string_view name, std::string message) const {
        into_.errors.push_back({at.offset, key_of(name), std::move(message)});
    }
    [[nodiscard]] std::string key_of(std::string_view name) const {
        return place_.empty() ? std::string(name) : fmt::format("{}.{}", place_, name);
    }

    const Json* value_;
    std::string place_;
    MaintenanceReading& into_;
};

void read_window(const Object& in, MaintenanceConfiguration& into) {
    in.warn_of_others(window_members);
    for (const auto name : {"startDateTime", "duration", "timeZone", "recurEvery"}) in.require(name);
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
    into.recurrence = recurrence.value_or(Daily());
}

/// Classes that the other operating system alone knows select nothing.
void read_classes(const Object& in, Words allowed, Selection& into) {
    const auto words = in.parsed_each("classificationsToInclude", [&](std::string_view text) { return word_of(allowed, text); });
    for (const std::string_view word : words) {
        if (const auto value = from_wire<Classification>(word)) into.classifications.push_back(*value);
    }
    if (!in.has("classificationsToInclude")) into.classifications = {Classification::critical, Classification::security};
}

Selection read_linux(const Object& in) {
    in.warn_of_others(linux_members);
    Selection selection;
    read_classes(in, linux_classes, selection);
    selection.include = in.parsed_each("packageNameMasksToInclude", parse_mask);
    selection.exclude = in.parsed_each("packageNameMasksToExclude", parse_mask);
    return selection;
}

Selection read_windows(const Object& in, bool& exclude_reboot) {
    in.warn_of_others(windows_members);
    Selection selection;
    read_classes(in, windows_classes, selection);
    selection.include = in.parsed_each("kbNumbersToInclude", parse_kb);
    selection.exclude = in.parsed_each("kbNumbersToExclude", parse_kb);
    const Json* excluded = in.find("excludeKbsRequiringReboot", Json::Kind::boolean);
    exclude_reboot = excluded != nullptr && excluded->boolean;
    return selection;
}

void read_installation(const Object& in, std::string_view os_type, MaintenanceConfiguration& into) {
    in.warn_of_others(install_members);
    into.reboot_setting = in.parsed("rebootSetting", parse_reboot_setting);
    bool exclude_reboot = false;
    std::optional<Selection> on_linux;
    std::optional<Selection> on_windows;
    if (const auto parameters = in.object("linuxParameters")) on_linux = read_linux(*parameters);
    if (const auto parameters = in.object("windowsParameters")) on_windows = read_windows(*parameters, exclude_reboot);
    if (auto& mine = os_type == "Windows" ? on_windows : on_linux) into.selection = std::move(*mine);
    into.exclude_reboot = os_type == "Windows" && exclude_reboot;
}

/// Whether it is for guests. Only a scope that exists is passed over.
bool is_for_guests(const Object& in) {
    const auto scope = in.parsed("maintenanceScope", [](std::string_view text) { return word_of(scopes, text); });
    if (!scope || *scope == "InGuestPatch") return true;
    in.warn("maintenanceScope", fmt::format("ignored: \"{}\" does not concern what runs inside the machine", *scope));
    return false;
}

}  // namespace

MaintenanceReading read_maintenance(const Json& value, std::string_view os_type) {
    MaintenanceReading reading;
    const Object in(value, "", reading);
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
    if (reading.errors.empty()) reading.configuration = std::move(configuration);
    return reading;
}

}  // namespace guestpatch
