// A package manager without packages, and somebody watching its progress.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "packagers/package_manager.hpp"

namespace guestpatch {

/// Remembers every step it was told.
class FakeProgress final : public Progress {
  public:
    struct Step {
        std::string text;
        std::optional<int> percent;
        friend bool operator==(const Step&, const Step&) = default;
    };
    void step(std::string_view step, std::optional<int> percent) override {
        steps.push_back({std::string(step), percent});
    }

    std::vector<Step> steps;
};

/// Answers with what the test put into its members.
class FakePackageManager final : public PackageManager {
  public:
    Refresh refresh(Context& context) override {
        calls.emplace_back("refresh");
        context.progress.step("refreshing package lists", std::nullopt);
        if (sight_after_refresh) sight = *sight_after_refresh;
        return refreshed;
    }

    Result<Sight> pending(Context& context) override {
        calls.emplace_back("pending");
        if (context.stop.stop_requested()) return Error{Errc::cancelled, "a stop was requested"};
        context.progress.step("looking for pending patches", std::nullopt);
        return sight;
    }

    Result<RebootNeed> reboot_need(Context&) override {
        calls.emplace_back("reboot_need");
        return need;
    }

    Refresh refreshed;
    Result<Sight> sight = Sight{};
    std::optional<Result<Sight>> sight_after_refresh;  ///< what a refresh brings to light
    Result<RebootNeed> need = RebootNeed{};
    std::vector<std::string> calls;  ///< the verbs, in order
};

}  // namespace guestpatch
