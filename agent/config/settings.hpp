// What the rest of the program sees of the configuration: validated, typed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/config/merged.hpp"
#include "agent/domain/installation.hpp"
#include "agent/domain/schedule.hpp"
#include "agent/domain/selection.hpp"
#include "packagers/origin_rule.hpp"
#include "platform/base/time.hpp"
#include "platform/log.hpp"

namespace guestpatch {

/// Programs that are run around an installation: argv lists.
struct Hooks {
    using Commands = std::vector<std::vector<std::string>>;

    Commands pre_install;
    Commands post_install;
    Commands post_reboot;
    Commands on_result;  ///< get the result document on standard input
    seconds timeout{};   ///< of each
    bool proceed_on_pre_failure = false;

    friend bool operator==(const Hooks&, const Hooks&) = default;
};

struct Settings {
    std::string patch_mode;
    std::string assessment_mode;
    bool bypass_platform_checks = false;  ///< a schedule of the host's may run: bypassPlatformSafetyChecksOnUserSchedule
    seconds assessment_interval{};
    OffPeak off_peak;
    std::vector<MaintenanceConfiguration> maintenance;
    Hooks hooks;
    bool guard_battery = true;
    bool guard_metered = true;
    std::string scale_set;  ///< this machine is a member of
    Selection selection;  ///< installPatches, as far as it selects
    seconds maximum_duration{};
    seconds stop_timeout{};  ///< how long a running batch is waited for after a stop request
    RebootSetting reboot_setting = RebootSetting::if_required;
    bool reboot_setting_chosen = false;  ///< by a file, not by default: goes before a maintenance configuration's
    int reboots_per_run = 0;
    seconds reboot_warning{};
    seconds reboot_reserve{};
    seconds inhibitor_grace{};  ///< how long whoever is in the way of a reboot is waited for
    std::string package_manager;
    std::vector<OriginRule> security_origins;
    bool allow_removals = false;
    seconds history_keep{};
    seconds compliance_max_age{};
    std::string support_end;
    LogLevel log_level = LogLevel::info;
    std::string machine_id;
};

/// patchMode AutomaticByPlatform: this program installs by itself, and native updates are off.
[[nodiscard]] inline bool is_automatic(const Settings& settings) { return settings.patch_mode == "AutomaticByPlatform"; }

/// From merged values, whose faults were passed over. `os_type`: "Linux" or "Windows".
[[nodiscard]] Settings make_settings(const Merged& merged, std::string_view os_type);

/// Faults between keys and against the operating system: patch modes that do not exist here.
[[nodiscard]] std::vector<ConfigFault> find_contradictions(const Merged& merged, std::string_view os_type);

}  // namespace guestpatch
