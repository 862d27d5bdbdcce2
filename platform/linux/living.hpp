// Processes that are not our children: told apart, and waited for. For this folder only.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string_view>

#include "platform/linux/descriptor.hpp"

namespace guestpatch::os {

/// One process of this boot. Its start time tells it from a later one with the same number.
struct ProcessStat {
    pid_t pid = 0;
    pid_t group = 0;
    std::uint64_t start = 0;  ///< clock ticks since boot
    bool zombie = false;
};

/// A line of /proc/PID/stat.
std::optional<ProcessStat> parse_stat(std::string_view line);

/// What the process with this number is now; nothing when there is none.
std::optional<ProcessStat> current_stat(pid_t pid);

/// A process once seen, perhaps long ago.
class Living {
  public:
    explicit Living(const ProcessStat& seen);

    /// Whether it still runs; a zombie does not.
    bool here();
    /// Readable when it ends; -1 when it has ended, or when the kernel cannot say (before Linux 5.3).
    [[nodiscard]] int fd() const { return end_.get(); }
    /// To its whole process group, unless it has ended.
    void signal_group(int number);

  private:
    ProcessStat seen_;
    Descriptor end_;
    bool here_ = true;
};

}  // namespace guestpatch::os
