#include "tests/fakes/lock.hpp"

namespace guestpatch {

class FakeLocks::Lock final : public HeldLock {
  public:
    Lock(std::shared_ptr<Table> table, Path path) : table_(std::move(table)), path_(std::move(path)) {}
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;
    ~Lock() override {
        const std::scoped_lock held(table_->mutex);
        table_->held.erase(path_);
        table_->changed.notify_all();
    }

  private:
    std::shared_ptr<Table> table_;
    Path path_;
};

/// Who holds the lock now; another program's time may be over.
const FakeLocks::Held* FakeLocks::find(const Path& path) {
    const auto found = table_->held.find(path);
    if (found == table_->held.end()) return nullptr;
    if (!found->second.until || clocks_.boot() < *found->second.until) return &found->second;
    table_->held.erase(found);
    return nullptr;
}

Result<std::unique_ptr<HeldLock>> FakeLocks::acquire(const Path& path, std::string_view text) {
    const std::scoped_lock held(table_->mutex);
    if (table_->forbidden.contains(path)) return Error{Errc::permission, path.string() + ": Permission denied"};
    if (const Held* other = find(path)) return Error{Errc::busy, other->text};
    table_->held[path] = {std::string(text), std::nullopt};
    return std::unique_ptr<HeldLock>(std::make_unique<Lock>(table_, path));
}

Result<std::optional<std::string>> FakeLocks::holder(const Path& path) {
    const std::scoped_lock held(table_->mutex);
    const Held* other = find(path);
    return other == nullptr ? std::optional<std::string>() : other->text;
}

std::string FakeLocks::owner(const Path& path) {
    const std::scoped_lock held(table_->mutex);
    const Held* other = find(path);
    return other == nullptr || !other->until ? "" : other->text;
}

Result<void> FakeLocks::wait_until_free(const Path& path, milliseconds at_most, std::stop_token stop) {
    std::unique_lock held(table_->mutex);
    const Error cancelled{Errc::cancelled, "stopped while waiting for " + path.string()};
    const Error timed_out{Errc::timed_out, path.string() + " is still locked"};
    const Held* other = find(path);
    if (other == nullptr) return {};
    if (stop.stop_requested()) return cancelled;
    if (other->until) {
        const milliseconds needed = *other->until - clocks_.boot();
        clocks_.tick(std::min(needed, at_most));
        return needed <= at_most ? Result<void>() : timed_out;
    }
    if (table_->changed.wait_for(held, stop, at_most, [&] { return find(path) == nullptr; })) return {};
    return stop.stop_requested() ? cancelled : timed_out;
}

void FakeLocks::hold(const Path& path, std::string_view text, milliseconds how_long) {
    const std::scoped_lock held(table_->mutex);
    const bool forever = how_long >= BootTime::max() - clocks_.boot();
    table_->held[path] = {std::string(text), forever ? BootTime::max() : clocks_.boot() + how_long};
}

void FakeLocks::let_go(const Path& path) {
    const std::scoped_lock held(table_->mutex);
    table_->held.erase(path);
    table_->changed.notify_all();
}

void FakeLocks::forbid(const Path& path) {
    const std::scoped_lock held(table_->mutex);
    table_->forbidden.insert(path);
}

}  // namespace guestpatch
