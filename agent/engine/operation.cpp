#include "agent/engine/operation.hpp"

#include <fmt/format.h>

#include "platform/messages.hpp"

namespace guestpatch {

Result<Detected> find_package_manager(Seams seams, const Settings& settings, const std::string& wanted, const Path& cache,
                                      const std::optional<Instant>& ceiling) {
    return detect_package_manager(seams, wanted.empty() ? settings.package_manager : wanted,
                                  {.security_origins = settings.security_origins,
                                   .allow_removals = settings.allow_removals,
                                   .private_cache = cache,
                                   .snapshot = ceiling});
}

Result<void> apply_ceiling(Selection& selection, const Detected& detected) {
    if (detected.publish_ceiling == PublishCeiling::by_snapshot) selection.max_publish_date.reset();
    if (!selection.max_publish_date || detected.publish_ceiling == PublishCeiling::by_dates) return {};
    return Error{Errc::invalid,
                 fmt::format("a publish-date ceiling ({}) cannot be honoured: {}'s sources do not say when a version was "
                             "published; drop --max-publish-date or installPatches.maxPatchPublishDate",
                             format_instant(*selection.max_publish_date), detected.name)};
}

bool is_the_services(const State& open, Instant now) {
    const Run* run = run_of(open);
    return run != nullptr && run->unattended && now < run->window.closes;
}

Result<Begun> begin_operation(const Machine& machine, const RunningOperation& operation, Takeover takeover, Context& context) {
    auto lock = machine.state.begin(operation);
    if (!lock) return lock.error();
    const Instant now = machine.seams.clocks.wall();
    if (auto finished = machine.state.finish_interrupted(now); !finished) {
        machine.seams.log.tell(message::state_not_written, finished.error().message);
    }
    const bool only_looks = operation.kind == "Assessment" && takeover != Takeover::continue_it;
    Begun begun{.lock = std::move(*lock)};
    if (!only_looks || !is_the_services(machine.state.journal(), now)) begun.finished = finish_left_over(machine, takeover, context);
    machine.state.prune(machine.settings.history_keep, now);
    return begun;
}

}  // namespace guestpatch
