#include "agent/cli/run_terms.hpp"

#include "platform/random.hpp"

namespace guestpatch {

Result<Run> make_run(const RunOptions& options, const Settings& settings, Clocks& clocks) {
    auto selection = apply_options(options.selection, settings.selection);
    if (!selection) return selection.error();
    const Instant now = clocks.wall();
    return Run{.activity_id = make_guid(),
               .began = {now, clocks.boot(), clocks.boot_id()},
               .request = {std::move(*selection), options.exclude_reboot},
               .window = {now, now + options.maximum_duration.value_or(settings.maximum_duration)},
               .reboot_setting = options.reboot.value_or(settings.reboot_setting),
               .reboot_reserve = settings.reboot_reserve,
               .reboot_warning = settings.reboot_warning,
               .reboots_left = settings.reboots_per_run};
}

}  // namespace guestpatch
