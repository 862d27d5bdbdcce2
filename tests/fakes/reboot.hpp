// A restart that never comes.
#pragma once

#include <functional>
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

    /// Those who leave do so when somebody waits; the others stay for ever.
    std::vector<std::string> wait_until_clear(milliseconds at_most, std::stop_token) override {
        graces.push_back(at_most);
        if (while_waiting) while_waiting();
        return staying;
    }

    Result<std::unique_ptr<HeldOff>> hold_off(std::string_view why) override {
        held_off.emplace_back(why);
        return std::make_unique<Held>(holding);
    }

    std::optional<Error> refusal;
    std::vector<std::string> staying;   ///< in the way, whatever happens
    std::vector<milliseconds> graces;   ///< every wait there ever was
    std::function<void()> while_waiting;
    std::vector<std::string> held_off;  ///< every wish there ever was
    int holding = 0;                    ///< wishes in force
    std::vector<Scheduled> scheduled;

  private:
    class Held final : public HeldOff {
      public:
        explicit Held(int& holding) : holding_(holding) { ++holding_; }
        Held(const Held&) = delete;
        Held& operator=(const Held&) = delete;
        ~Held() override { --holding_; }

      private:
        int& holding_;
    };
};

}  // namespace guestpatch
