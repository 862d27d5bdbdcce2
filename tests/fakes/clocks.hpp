// Clocks that stand still until a test moves them.
#pragma once

#include <mutex>
#include <string>

#include "platform/clock.hpp"

namespace guestpatch {

/// All three clocks of one make-believe machine. May be asked and moved from several threads.
class FakeClocks final : public Clocks {
  public:
    /// Boots at 2026-06-10T12:00:00Z.
    FakeClocks() = default;
    explicit FakeClocks(Instant now) : wall_(now) {}

    Instant wall() override;
    BootTime boot() override;
    std::string boot_id() override;

    /// Time passes on both clocks.
    void tick(milliseconds passed);
    /// The wall clock is set, forwards or back; the boot clock does not notice.
    void set_wall(Instant now);
    /// Another boot: another id, and the boot clock starts anew. The wall clock goes on.
    void reboot();

  private:
    std::mutex mutex_;
    std::chrono::sys_time<milliseconds> wall_ =
        std::chrono::sys_days(std::chrono::year(2026) / 6 / 10) + std::chrono::hours(12);
    BootTime boot_{};
    int boots_ = 1;
};

}  // namespace guestpatch
