// What every operation does first, whoever asks for it.
#pragma once

#include <memory>
#include <optional>

#include "agent/engine/install.hpp"
#include "agent/engine/machine.hpp"

namespace guestpatch {

/// The package manager of this machine, as `settings` want it; `wanted` overrides them. `cache`: a folder of our own.
/// `ceiling`: nothing published later.
Result<Detected> find_package_manager(Seams seams, const Settings& settings, const std::string& wanted, const Path& cache,
                                      const std::optional<Instant>& ceiling = std::nullopt);

/// Leaves the ceiling to whoever honours it. One that nobody can honour is refused before anything is done: it
/// must never be silently ignored.
Result<void> apply_ceiling(Selection& selection, const Detected& detected);

/// A run of the service's own in a window that is still open: the service goes on with it, so that a command which only
/// looks leaves it alone.
[[nodiscard]] bool is_the_services(const State& open, Instant now);

/// An operation that may go on: the lock, and what an earlier one had left behind and is brought to its end now.
struct Begun {
    std::unique_ptr<HeldLock> lock;
    std::optional<InstallReport> finished;
};

/// Takes the operation lock, finishes (or continues) what was interrupted, forgets what is too old. An assessment leaves
/// the service's own runs to the service. Errc::busy names the operation that runs.
Result<Begun> begin_operation(const Machine& machine, const RunningOperation& operation, Takeover takeover, Context& context);

}  // namespace guestpatch
