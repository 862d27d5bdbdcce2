#include "agent/cli/progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace guestpatch {
namespace {

class NoProgress final : public Progress {
  public:
    void step(std::string_view, std::optional<int>) override {}
};

/// One line a step; percentages would only fill a log.
class PlainProgress final : public Progress {
  public:
    explicit PlainProgress(std::ostream& err) : err_(err) {}
    void step(std::string_view step, std::optional<int>) override {
        if (step == last_) return;
        last_ = step;
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

    void step(std::string_view step, std::optional<int> percent) override {
        constexpr int cells = 24;
        std::string line;
        if (percent) {
            const auto full = static_cast<std::size_t>(std::clamp(*percent, 0, 100) * cells / 100);
            line = fmt::format("[{}{}] {:3}% ", std::string(full, '#'), std::string(cells - full, '.'), *percent);
        }
        line += fmt::format("{}...", step);
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
