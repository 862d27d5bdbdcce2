// Fetching and installing one batch.
#pragma once

#include <optional>

#include "packagers/apt/commands.hpp"
#include "packagers/apt/space.hpp"
#include "packagers/package_manager.hpp"
#include "platform/seams.hpp"

namespace guestpatch::apt {

class Installer {
  public:
    Installer(Seams seams, const PackageManagerSettings& settings);

    Download download(const Batch& batch, const std::optional<PlanSize>& plan, Context& context);
    InstallOutcome install(const Batch& batch, Context& context);
    InstallOutcome collect(const Batch& batch, Context& context);

    /// Runs one call that changes packages, detached, and waits for it; waits only, when it was launched before.
    Result<Completion> run(const Detached& job, Words argv, Context& context);
    /// What each call gets. Fails when what is excluded could not be protected.
    [[nodiscard]] Result<CallOptions> options_for(const Batch& batch, const Context& context);

  private:
    [[nodiscard]] Result<Completion> await(const Detached& job, Context& context);
    [[nodiscard]] InstallOutcome judge(const Batch& batch, const Completion& completion);
    void wait_for_archives(const Batch& batch, Context& context);
    void note_silence(const std::vector<Patch>& patches, InstallOutcome& outcome);

    Seams seams_;
    bool allow_removals_;
    Path private_cache_;
    std::optional<Instant> snapshot_;
};

}  // namespace guestpatch::apt
