#include "platform/reboot.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "platform/base/text.hpp"

namespace guestpatch {
namespace {

constexpr milliseconds limit{30'000};
constexpr int terminated = 15;  // SIGTERM

class ShutdownProgram final : public Rebooter {
  public:
    explicit ShutdownProgram(ProcessRunner& processes) : processes_(processes) {}

    Result<void> schedule(seconds delay, std::string_view message) override {
        const Command command{
            .argv = restart_command(std::max(delay, seconds(0)), message), .deadline = limit, .silence = limit};
        const auto completion = processes_.run(command, {});
        if (!completion) return completion.error();
        // The shutdown that has begun ends its own messenger.
        const bool ended_by_it = completion->end == RunEnd::signalled && completion->code == terminated;
        if (completion->exited_with(0) || ended_by_it) return {};
        std::string_view said = completion->err;
        const std::string_view reason = take_line(said);
        return Error{Errc::failed, fmt::format("shutdown: {}", reason.empty() ? describe(*completion) : reason)};
    }

    std::vector<std::string> wait_until_clear(milliseconds, std::stop_token) override { return {}; }

    Result<std::unique_ptr<HeldOff>> hold_off(std::string_view) override {
        return Error{Errc::not_found, "nobody here listens to such a wish"};
    }

  private:
    ProcessRunner& processes_;
};

}  // namespace

std::unique_ptr<Rebooter> make_shutdown_program(ProcessRunner& processes) {
    return std::make_unique<ShutdownProgram>(processes);
}

}  // namespace guestpatch
