// Locks without files.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "platform/lock.hpp"
#include "tests/fakes/clocks.hpp"

namespace guestpatch {

/// Locks between the parts of one test. May be used from several threads.
class FakeLocks final : public Locks {
  public:
    explicit FakeLocks(FakeClocks& clocks) : clocks_(clocks) {}

    Result<std::unique_ptr<HeldLock>> acquire(const Path& path, std::string_view text) override;
    Result<std::optional<std::string>> holder(const Path& path) override;
    std::string owner(const Path& path) override;
    /// Waits in the fake clocks' time for what hold() took, and really for what acquire() took.
    Result<void> wait_until_free(const Path& path, milliseconds at_most, std::stop_token stop) override;

    /// Some other program takes the lock and keeps it for this long on the boot clock.
    void hold(const Path& path, std::string_view text, milliseconds how_long = milliseconds::max());
    /// The other program lets go.
    void let_go(const Path& path);
    /// acquire() gives Errc::permission.
    void forbid(const Path& path);

  private:
    struct Held {
        std::string text;
        std::optional<BootTime> until;  ///< set for other programs' locks
    };
    struct Table {
        std::mutex mutex;
        std::condition_variable_any changed;
        std::map<Path, Held> held;
        std::set<Path> forbidden;
    };
    class Lock;

    const Held* find(const Path& path);

    FakeClocks& clocks_;
    std::shared_ptr<Table> table_ = std::make_shared<Table>();  ///< held locks may outlive us
};

}  // namespace guestpatch
