// Locks between processes, released by the operating system when their holder dies.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "platform/base/result.hpp"
#include "platform/base/time.hpp"
#include "platform/files.hpp"

namespace guestpatch {

/// A lock being held; destruction releases it.
class HeldLock {
  public:
    virtual ~HeldLock() = default;
};

/// Exclusive locks on files whose text says who holds them.
class Locks {
  public:
    virtual ~Locks() = default;

    /// Takes the lock and writes `text` into the file, readable by everyone. Never waits: Errc::busy
    /// with the holder's text as the message; Errc::permission.
    virtual Result<std::unique_ptr<HeldLock>> acquire(const Path& path, std::string_view text) = 0;

    /// The text of whoever holds the lock now; nothing when it is free or was never taken. Does not
    /// disturb the lock and needs no right to take it.
    virtual Result<std::optional<std::string>> holder(const Path& path) = 0;

    /// Who holds the lock of another program's on `path`: "process 11 (apt-get)"; empty when nobody does, or nobody
    /// can tell.
    virtual std::string owner(const Path& path) = 0;

    /// Waits until nobody holds the lock on `path` (a lock of another program's, too). Woken by the
    /// file being closed; Windows polls. Errc::timed_out, Errc::cancelled.
    virtual Result<void> wait_until_free(const Path& path, milliseconds at_most, std::stop_token stop) = 0;
};

std::unique_ptr<Locks> make_locks();

}  // namespace guestpatch
