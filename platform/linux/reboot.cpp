#include "platform/reboot.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "platform/base/text.hpp"

namespace guestpatch {
namespace {

constexpr milliseconds limit{30'000};

class LinuxRebooter final : public Rebooter {
  public:
    explicit LinuxRebooter(ProcessRunner& processes) : processes_(processes) {}

    Result<void> schedule(seconds delay, std::string_view message) override {
        const auto minutes = std::chrono::ceil<std::chrono::minutes>(std::max(delay, seconds(0))).count();
        const std::string when = minutes == 0 ? "now" : fmt::format("+{}", minutes);
        const Command command{
            .argv = {"shutdown", "-r", when, std::string(message)}, .deadline = limit, .silence = limit};
        const auto completion = processes_.run(command, {});
        if (!completion) return completion.error();
        if (completion->exited_with(0)) return {};
        std::string_view said = completion->err;
        const std::string_view reason = take_line(said);
        return Error{Errc::failed, fmt::format("shutdown: {}", reason.empty() ? describe(*completion) : reason)};
    }

  private:
    ProcessRunner& processes_;
};

}  // namespace

std::unique_ptr<Rebooter> make_rebooter(ProcessRunner& processes) {
    return std::make_unique<LinuxRebooter>(processes);
}

}  // namespace guestpatch
