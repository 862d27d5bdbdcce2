// Somebody watching.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "packagers/package_manager.hpp"

namespace guestpatch {

/// Remembers everything it was told.
class FakeProgress final : public Progress {
  public:
    struct Step {
        std::string text;
        std::optional<int> percent;
        std::string patch{};
        std::optional<seconds> left{};
        friend bool operator==(const Step&, const Step&) = default;
    };
    void report(const ProgressReport& report) override {
        steps.push_back({std::string(report.step), report.percent, std::string(report.patch), report.left});
    }

    std::vector<Step> steps;
};

}  // namespace guestpatch
