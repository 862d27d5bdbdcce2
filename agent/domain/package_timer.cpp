#include "agent/domain/package_timer.hpp"

#include <algorithm>

namespace guestpatch {
namespace {

/// Waiting for somebody else's lock, or for another's batch, is no part of what a batch costs.
constexpr milliseconds longest_start = std::chrono::minutes(1);

}  // namespace

PackageTimer::PackageTimer(const std::vector<Patch>& patches, BootTime began) : since_(began) {
    for (const Patch& patch : patches) {
        names_.try_emplace(patch.id.name, patch.id.name);
        names_.try_emplace(patch.id.name + ":" + patch.architecture, patch.id.name);
        taken_.try_emplace(patch.id.name);
    }
}

void PackageTimer::heard(std::string_view package, BootTime now) {
    const auto known = names_.find(package);
    const std::string_view name = known == names_.end() ? std::string_view() : std::string_view(known->second);
    if (name == current_) return;
    count(now);
    current_ = name;
    heard_any_ = heard_any_ || !current_.empty();
}

void PackageTimer::count(BootTime now) {
    const milliseconds passed = std::max(now - since_, milliseconds(0));
    since_ = now;
    if (!current_.empty()) {
        taken_[current_] += passed;
    } else {
        rest_ += heard_any_ ? passed : std::min(passed, longest_start);
    }
}

BatchTimes PackageTimer::ended(BootTime now) {
    count(now);
    return {heard_any_ ? taken_ : std::map<std::string, milliseconds>(), rest_};
}

}  // namespace guestpatch
