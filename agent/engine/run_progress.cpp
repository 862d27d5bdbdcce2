#include "agent/engine/run_progress.hpp"

#include <fmt/format.h>

namespace guestpatch {
void RunProgress::begin(std::string part, seconds expected) {
    part_ = std::move(part);
    part_ends_ = expected > seconds(0) ? clocks_.boot() + expected : BootTime::max();
}

void RunProgress::report(const ProgressReport& report) {
    const std::string step = part_.empty() ? std::string(report.step) : fmt::format("{}: {}", part_, report.step);
    const BootTime now = clocks_.boot();
    if (timer_ != nullptr) timer_->heard(report.patch, now);
    ProgressReport whole = report;
    whole.step = step;
    if (part_ends_ != BootTime::max() && part_ends_ > now) whole.left = std::chrono::ceil<seconds>(part_ends_ - now);
    inner_.report(whole);
    OperationProgress progress{activity_id_, step, whole.percent, std::string(whole.patch), std::nullopt};
    if (progress == last_) return;
    last_ = progress;
    if (whole.left) progress.estimated_end = clocks_.wall() + *whole.left;
    state_.write_progress(progress);
}

}  // namespace guestpatch
