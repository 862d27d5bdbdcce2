// What the rest of the program sees of the configuration: validated, typed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/config/merged.hpp"
#include "agent/domain/health.hpp"
#include "agent/domain/installation.hpp"
#include "agent/domain/scope.hpp"
#include "agent/domain/schedule.hpp"
#include "agent/domain/selection.hpp"
#include "packagers/origin_rule.hpp"
#include "platform/base/time.hpp"
#include "platform/files.hpp"
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

/// Where reports go and goals come from.
struct HostSettings {
    std::string url;  ///< base; empty: there is no host
    Path ca_file;
    Path client_certificate;
    Path client_key;
    Path bearer_token_file;
    seconds interval{};
    bool long_poll = false;  ///< a courier waits at the host for a new goal
    bool admission = false;  ///< nothing is installed, and nothing rebooted, without its word

    friend bool operator==(const HostSettings&, const HostSettings&) = default;
};

struct HealthSettings {
    std::vector<HealthProbe> probes;
    std::vector<std::string> command;  ///< argv; 0 is well
    seconds grace_period{};            ///< for coming up after a reboot
    bool proceed_when_unhealthy = false;

    friend bool operator==(const HealthSettings&, const HealthSettings&) = default;
};

enum class Imds { automatic, always, never };

struct Settings {
    std::string patch_mode;
    std::string assessment_mode;
    bool mode_from_host = false;  ///< the patch mode is the goal state's word: it is changed off-peak only
    bool bypass_platform_checks = false;  ///< a schedule of the host's may run: bypassPlatformSafetyChecksOnUserSchedule
    seconds assessment_interval{};
    OffPeak off_peak;
    std::vector<MaintenanceConfiguration> maintenance;
    Hooks hooks;
    bool guard_battery = true;
    bool guard_metered = true;
    bool off_peak_applies = true;  ///< the off-peak hours are windows to install in
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
    Imds imds = Imds::automatic;
    std::string machine_id;
    std::string machine_group;
    MachinePlace place;          ///< as configured, and what the instance metadata service says where it is silent
    HostSettings host;
    HealthSettings health;
    std::vector<std::string> out_of_scope;  ///< ids of maintenance configurations that are for other machines
    std::string schedule_fault;  ///< why nothing runs although the mode is automatic (agent/domain/scheduling.hpp)
    Path metrics_textfile;       ///< empty: none is written
};

/// patchMode AutomaticByPlatform: this program installs by itself, and native updates are off.
[[nodiscard]] inline bool is_automatic(const Settings& settings) { return settings.patch_mode == "AutomaticByPlatform"; }

/// What settings depend on beside the configuration.
struct Circumstances {
    std::string_view os_type;  ///< "Linux", "Windows"
    MachinePlace place{};      ///< what the instance metadata service said
    std::string goal{};        ///< how the goal state is called among the origins; empty: there is none
};

/// From merged values, whose faults were passed over.
[[nodiscard]] Settings make_settings(const Merged& merged, const Circumstances& circumstances);

/// Every sound maintenance configuration for guests, whoever it is for.
[[nodiscard]] std::vector<MaintenanceConfiguration> read_configurations(const Merged& merged, const Circumstances& circumstances);

/// Faults between keys and against the operating system: patch modes that do not exist here.
[[nodiscard]] std::vector<ConfigFault> find_contradictions(const Merged& merged, std::string_view os_type);

}  // namespace guestpatch
