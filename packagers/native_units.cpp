#include "packagers/native_units.hpp"

#include <algorithm>
#include <array>

#include "platform/base/text.hpp"

namespace guestpatch {
namespace {

using Content = std::optional<std::string>;

bool says_on(std::string_view value) {
    constexpr std::array<std::string_view, 4> words{"yes", "true", "on", "1"};
    return std::ranges::find(words, to_lower(value)) != words.end();
}

/// Where the value stands in "key = value" or KEY="value"; nothing for any other line.
std::optional<std::string_view> value_of(std::string_view line, std::string_view key) {
    std::string_view rest = trim(line);
    if (!rest.starts_with(key)) return std::nullopt;
    rest = trim(rest.substr(key.size()));
    if (!rest.starts_with('=')) return std::nullopt;
    rest = trim(rest.substr(1));
    if (rest.size() >= 2 && (rest.front() == '"' || rest.front() == '\'') && rest.back() == rest.front()) {
        rest = rest.substr(1, rest.size() - 2);
    }
    return rest;
}

NativeFile setting(Path path, FileRule rule, std::string key, std::string off) {
    return {std::move(path), false, rule, [key = std::move(key), off = std::move(off)](const Content& content) {
                return content ? switch_setting_off(*content, key, off) : std::nullopt;
            }};
}

}  // namespace

std::optional<std::string> switch_setting_off(std::string_view content, std::string_view key, std::string_view off) {
    std::string written;
    bool changed = false;
    for (std::string_view rest = content; !rest.empty();) {
        const std::string_view whole = rest;
        const std::string_view line = take_line(rest);
        const std::size_t taken = whole.size() - rest.size();  // with its line end, whichever that is
        const auto value = value_of(line, key);
        if (value && says_on(*value)) {
            const auto at = static_cast<std::size_t>(value->data() - whole.data());
            written.append(whole.substr(0, at))
                .append(off)
                .append(whole.substr(at + value->size(), taken - at - value->size()));
            changed = true;
        } else {
            written.append(whole.substr(0, taken));
        }
    }
    return changed ? std::optional(std::move(written)) : std::nullopt;
}

std::vector<NativeParts> portable_native_updates() {
    using enum UnitLock;
    std::vector<NativeParts> all;
    // Both are started by others (D-Bus, a boot into system-update.target): nothing but a mask keeps them off. The
    // daemon idles for minutes after its work; what it must not be torn out of is a transaction, which holds the
    // database's lock.
    all.push_back({.name = "packagekit",
                   .units = {{"packagekit.service", mask}, {"packagekit-offline-update.service", mask}},
                   .runs = {"packagekit-offline-update.service"},
                   .locks = {"/var/lib/dpkg/lock-frontend", "/var/lib/rpm/.rpm.lock"}});
    all.push_back({.name = "dnf-automatic",
                   .units = {{"dnf-automatic.timer", disable},
                             {"dnf-automatic-notifyonly.timer", disable},
                             {"dnf-automatic-download.timer", disable},
                             {"dnf-automatic-install.timer", disable}},
                   .runs = {"dnf-automatic.service", "dnf-automatic-notifyonly.service",
                            "dnf-automatic-download.service", "dnf-automatic-install.service"}});
    all.push_back(
        {.name = "dnf5-automatic", .units = {{"dnf5-automatic.timer", disable}}, .runs = {"dnf5-automatic.service"}});
    // The service is only a flag that the cron jobs look at; without systemd their configuration is what decides.
    all.push_back(
        {.name = "yum-cron",
         .units = {{"yum-cron.service", disable}},
         .files = {setting("/etc/yum/yum-cron.conf", FileRule::without_units, "apply_updates", "no"),
                   setting("/etc/yum/yum-cron-hourly.conf", FileRule::without_units, "apply_updates", "no")}});
    all.push_back({.name = "yast-online-update",
                   .files = {setting("/etc/sysconfig/automatic_online_update", FileRule::always, "AOU_ENABLE_CRONJOB",
                                     "false")}});
    return all;
}

std::optional<std::string> prepared_offline_update(Files& files) {
    for (const char* link : {"/system-update", "/etc/system-update"}) {
        if (files.info(link)) return link;
    }
    return std::nullopt;
}

}  // namespace guestpatch
