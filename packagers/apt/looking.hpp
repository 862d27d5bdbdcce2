// Everything pending, from what is on the machine.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "packagers/apt/lists.hpp"
#include "packagers/apt/plan_output.hpp"
#include "packagers/apt/questions.hpp"
#include "packagers/apt/sources.hpp"
#include "packagers/apt/space.hpp"
#include "packagers/package_manager.hpp"
#include "platform/seams.hpp"

namespace guestpatch::apt {

/// apt's answer about what it would do. The plan borrows from the text beside it.
struct Plan {
    std::string text;
    std::optional<UpgradePlan> plan;
    std::string why_not;  ///< set when there is no plan
    bool unmet = false;   ///< there is none because dependencies of installed packages are not met
};

class Looker {
  public:
    Looker(Seams seams, const Questions& questions, const PackageManagerSettings& settings);

    Result<Sight> pending(Context& context);
    Result<Lists> inspect(Context& context);
    /// Of the plan the last look was about.
    [[nodiscard]] const std::optional<PlanSize>& plan_size() const { return plan_size_; }

  private:
    [[nodiscard]] Result<std::unique_ptr<Plan>> resolve(Context& context, const std::vector<std::string>& verb) const;
    [[nodiscard]] Result<std::unique_ptr<Plan>> resolve_without_removals(Context& context, const Plan& plan) const;
    [[nodiscard]] std::optional<Instant> metadata_time(const Lists& lists) const;
    void add_pro_patches(Context& context, Sight& sight) const;

    Seams seams_;
    const Questions& questions_;
    std::map<std::string, std::string> os_release_;
    SecurityRules rules_;
    bool allow_removals_;
    // The sources do not change between a refresh and the look that follows it: asked once.
    std::optional<ConfiguredSources> sources_;
    std::optional<PlanSize> plan_size_;
};

}  // namespace guestpatch::apt
