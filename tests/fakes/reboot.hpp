// A restart that never comes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "platform/reboot.hpp"

namespace guestpatch {

/// Remembers what was scheduled; refuses when told to.
class FakeRebooter final : public Rebooter {
  public:
    struct Scheduled {
        seconds delay{};
        std::string message;
        friend bool operator==(const Scheduled&, const Scheduled&) = default;
    };

    Result<void> schedule(seconds delay, std::string_view message) override {
        if (refusal) return *refusal;
        scheduled.push_back({delay, std::string(message)});
        return {};
    }

    std::optional<Error> refusal;
    std::vector<Scheduled> scheduled;
};

}  // namespace guestpatch
