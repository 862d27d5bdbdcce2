// What the rest of the program sees of the configuration: validated, typed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/config/merged.hpp"
#include "agent/domain/installation.hpp"
#include "agent/domain/selection.hpp"
#include "packagers/origin_rule.hpp"
#include "platform/base/time.hpp"
#include "platform/log.hpp"

namespace guestpatch {

struct Settings {
    std::string patch_mode;
    std::string assessment_mode;
    Selection selection;  ///< installPatches, as far as it selects
    seconds maximum_duration{};
    seconds stop_timeout{};  ///< how long a running batch is waited for after a stop request
    RebootSetting reboot_setting = RebootSetting::if_required;
    int reboots_per_run = 0;
    seconds reboot_warning{};
    seconds reboot_reserve{};
    std::string package_manager;
    std::vector<OriginRule> security_origins;
    bool allow_removals = false;
    seconds history_keep{};
    seconds compliance_max_age{};
    std::string support_end;
    LogLevel log_level = LogLevel::info;
    std::string machine_id;
};

/// From merged values, whose faults were passed over.
[[nodiscard]] Settings make_settings(const Merged& merged);

/// Faults between keys and against the operating system: patch modes that do not exist here.
[[nodiscard]] std::vector<ConfigFault> find_contradictions(const Merged& merged, std::string_view os_type);

}  // namespace guestpatch
