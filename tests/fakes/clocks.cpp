#include "tests/fakes/clocks.hpp"

#include <fmt/format.h>

namespace guestpatch {

Instant FakeClocks::wall() {
    const std::scoped_lock held(mutex_);
    return std::chrono::floor<seconds>(wall_);
}

BootTime FakeClocks::boot() {
    const std::scoped_lock held(mutex_);
    return boot_;
}

std::string FakeClocks::boot_id() {
    const std::scoped_lock held(mutex_);
    return fmt::format("00000000-0000-4000-8000-{:012}", boots_);
}

void FakeClocks::tick(milliseconds passed) {
    const std::scoped_lock held(mutex_);
    wall_ += passed;
    boot_ += passed;
}

void FakeClocks::set_wall(Instant now) {
    const std::scoped_lock held(mutex_);
    wall_ = now;
}

void FakeClocks::reboot() {
    const std::scoped_lock held(mutex_);
    boot_ = BootTime{};
    ++boots_;
}

}  // namespace guestpatch
