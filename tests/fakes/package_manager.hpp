// A package manager with a small world of packages.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "packagers/package_manager.hpp"
#include "tests/fakes/progress.hpp"

namespace guestpatch {

/// Answers with what the test put into its members. What is installed outlives whoever asked for it, as on a
/// real machine: the test keeps this object across the deaths of the program.
class FakePackageManager final : public PackageManager {
  public:
    Refresh refresh(Context& context) override;
    Result<Sight> pending(Context& context) override;
    Repair repair(const Batch& batch, Context& context) override;
    Download download(const Batch& batch, Context& context) override;
    InstallOutcome install(const Batch& batch, Context& context) override;
    InstallOutcome collect(const Batch& batch, Context& context) override;
    Result<std::vector<Presence>> verify(const std::vector<Patch>& patches) override;
    std::vector<std::string> automatic(const std::vector<Patch>& patches) override;
    Result<void> mark_automatic(const std::vector<std::string>& names, Context& context) override;
    Result<RebootNeed> reboot_need(Context& context, Effort effort) override;

    /// Pending patches, to be installed.
    void add(std::vector<Patch> patches);

    // --- what it sees
    Refresh refreshed;
    Result<Sight> sight = Sight{};
    std::optional<Result<Sight>> sight_after_refresh;  ///< what a refresh brings to light
    Result<RebootNeed> need = RebootNeed{};

    // --- what goes wrong
    std::map<std::string, PatchFailure> failing;      ///< by name: left broken, the rest of its call goes in
    std::set<std::string> half_done;                  ///< by name: the next call only unpacks them, a repair finishes
    std::set<std::string> refused_names;              ///< the resolver refuses any call that names one of them, and blames nobody
    std::optional<Refusal> refusal;                   ///< of every call
    Download downloaded;
    std::string left_running;                         ///< of every install, until cleared
    Repair repaired;                                  ///< mends `broken`, but for what fails again
    std::set<std::string> broken;                     ///< half installed: no patch any more, and sight asks for a repair
    bool names_patches = false;                       ///< its progress says which package it works on
    std::function<void(const Batch&)> while_installing;  ///< after the first package of a batch went in

    // --- what happened
    std::vector<std::string> calls;                   ///< the verbs, in order
    std::vector<std::vector<std::string>> batches;    ///< names of every call to install()
    std::set<std::string> installed;                  ///< names
    std::set<std::string> automatics;                 ///< names marked automatic; install() loses the mark

  private:
    void put_in(const Patch& patch);
};

}  // namespace guestpatch
