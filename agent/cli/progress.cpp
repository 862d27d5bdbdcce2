#include "agent/cli/progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace guestpatch {
namespace {

/// One line a step; percentages would only fill a log.
class PlainProgress final : public Progress {
  public:
    explicit PlainProgress(std::ostream& err) : err_(err) {}
    void report(const ProgressReport& report) override {
        if (report.step == last_) return;
        last_ = report.step;
        err_ << last_ << "...\n" << std::flush;
    }

  private:
    std::ostream& err_;
    std::string last_;
};

class BarProgress final : public Progress {
  public:
    BarProgress(std::ostream& err, int columns) : err_(err), columns_(std::max(columns, 40)) {}
    BarProgress(const BarProgress&) = delete;
    BarProgress& operator=(const BarProgress&) = delete;
    ~BarProgress() override { err_ << wipe << std::flush; }

    void report(const ProgressReport& report) override {
        constexpr int cells = 24;
        std::string line;
        if (report.percent) {
            const auto full = static_cast<std::size_t>(std::clamp(*report.percent, 0, 100) * cells / 100);
            line = fmt::format("[{}{}] {:3}% ", std::string(full, '#'), std::string(cells - full, '.'), *report.percent);
        }
        line += report.patch.empty() ? fmt::format("{}...", report.step) : fmt::format("{} {}...", report.step, report.patch);
        if (report.left) line += fmt::format(" (about {} left)", describe_duration(*report.left));
        err_ << wipe << line.substr(0, static_cast<std::size_t>(columns_ - 1)) << std::flush;
    }

  private:
    static constexpr std::string_view wipe = "\r\x1b[K";
    std::ostream& err_;
    int columns_;
};

}  // namespace

std::unique_ptr<Progress> make_progress(ProgressMode mode, const Console& console, std::ostream& err) {
    if (mode == ProgressMode::none) return std::make_unique<NoProgress>();
    if (mode == ProgressMode::automatic && console.err_is_terminal) return std::make_unique<BarProgress>(err, console.columns);
    return std::make_unique<PlainProgress>(err);
}

}  // namespace guestpatch
