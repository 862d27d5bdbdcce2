#include "platform/clock.hpp"

#include <time.h>

#include <fstream>

namespace guestpatch {
namespace {

class LinuxClocks final : public Clocks {
  public:
    Instant wall() override { return std::chrono::floor<seconds>(std::chrono::system_clock::now()); }

    BootTime boot() override {
        timespec now{};
        clock_gettime(CLOCK_BOOTTIME, &now);
        return BootTime(seconds(now.tv_sec) +
                        std::chrono::duration_cast<milliseconds>(std::chrono::nanoseconds(now.tv_nsec)));
    }

    std::string boot_id() override {
        std::string id;
        std::ifstream("/proc/sys/kernel/random/boot_id") >> id;
        return id;
    }
};

}  // namespace

std::unique_ptr<Clocks> make_clocks() { return std::make_unique<LinuxClocks>(); }

}  // namespace guestpatch
