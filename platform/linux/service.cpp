#include "platform/service.hpp"

#include <fmt/format.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#include <algorithm>
#include <string>

namespace guestpatch {
namespace {

/// Speaks sd_notify(3) to the socket in NOTIFY_SOCKET, which the programs we start do not get to see.
class Systemd final : public ServiceManager {
  public:
    void ready() override { tell("READY=1"); }

    void reloading() override {
        timespec now{};
        ::clock_gettime(CLOCK_MONOTONIC, &now);
        const auto since_boot = seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
        // The time is for Type=notify-reload, which tells a late answer from a new one by it.
        tell(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", microseconds(since_boot)));
    }

    void stopping(seconds at_most) override {
        tell(fmt::format("STOPPING=1\nEXTEND_TIMEOUT_USEC={}", microseconds(at_most)));
    }

    void status(std::string_view sentence) override {
        std::string line(sentence);
        std::ranges::replace(line, '\n', ' ');  // a line is a message
        tell("STATUS=" + line);
    }

    void alive() override { tell("WATCHDOG=1"); }

    [[nodiscard]] std::optional<milliseconds> watchdog() const override {
        std::uint64_t limit = 0;
        if (::sd_watchdog_enabled(0, &limit) <= 0) return std::nullopt;
        return std::chrono::floor<milliseconds>(std::chrono::microseconds(limit));
    }

  private:
    static std::int64_t microseconds(std::chrono::nanoseconds time) {
        return std::chrono::floor<std::chrono::microseconds>(time).count();
    }

    static void tell(const std::string& message) { ::sd_notify(0, message.c_str()); }
};

}  // namespace

std::unique_ptr<ServiceManager> make_service_manager() { return std::make_unique<Systemd>(); }

}  // namespace guestpatch
