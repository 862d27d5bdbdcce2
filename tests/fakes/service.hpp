// A service manager that listens.
#pragma once

#include <fmt/format.h>

#include <optional>
#include <string>
#include <vector>

#include "platform/service.hpp"

namespace guestpatch {

/// Remembers what it was told, in order and in these words: "ready", "reloading", "stopping 60", "status: idle".
/// Feeding the watchdog is only counted.
class FakeServiceManager final : public ServiceManager {
  public:
    void ready() override { told.emplace_back("ready"); }
    void reloading() override { told.emplace_back("reloading"); }
    void stopping(seconds at_most) override { told.push_back(fmt::format("stopping {}", at_most.count())); }
    void status(std::string_view sentence) override { told.push_back(fmt::format("status: {}", sentence)); }
    void alive() override { ++fed; }
    [[nodiscard]] std::optional<milliseconds> watchdog() const override { return patience; }

    std::vector<std::string> told;
    int fed = 0;
    std::optional<milliseconds> patience;
};

}  // namespace guestpatch
