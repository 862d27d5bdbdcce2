#include "platform/clock.hpp"

#include <windows.h>

#include <winternl.h>

#include <string>

#include "platform/windows/hash.hpp"

namespace guestpatch {
namespace {

/// The SDK's header keeps this one opaque. Times are in 100 ns since 1601.
struct TimeOfDayInformation {
    LARGE_INTEGER boot_time;
    LARGE_INTEGER current_time;
    LARGE_INTEGER time_zone_bias;
    ULONG time_zone_id;
    ULONG reserved;
    LARGE_INTEGER boot_time_bias;
    LARGE_INTEGER sleep_time_bias;
};

class WindowsClocks final : public Clocks {
  public:
    Instant wall() override { return std::chrono::floor<seconds>(std::chrono::system_clock::now()); }

    BootTime boot() override { return BootTime(milliseconds(static_cast<milliseconds::rep>(::GetTickCount64()))); }

    std::string boot_id() override {
        TimeOfDayInformation times{};
        if (::NtQuerySystemInformation(SystemTimeOfDayInformation, &times, sizeof times, nullptr) < 0) return "";
        // The boot instant moves along when the wall clock is set; the bias says by how much it has moved.
        const auto booted = times.boot_time.QuadPart - times.boot_time_bias.QuadPart;
        return os::derived_guid("boot", std::to_string(booted));
    }
};

}  // namespace

std::unique_ptr<Clocks> make_clocks() {
    return std::make_unique<WindowsClocks>();
}

}  // namespace guestpatch
