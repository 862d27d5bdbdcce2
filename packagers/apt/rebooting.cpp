#include "packagers/apt/rebooting.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "packagers/apt/database.hpp"
#include "packagers/apt/needrestart_output.hpp"
#include "packagers/apt/reboot_rules.hpp"
#include "platform/base/text.hpp"
#include "platform/messages.hpp"

namespace guestpatch::apt {
namespace {

void add_reason(RebootNeed& need, std::string reason) {
    need.required = true;
    if (std::ranges::find(need.reasons, reason) == need.reasons.end()) need.reasons.push_back(std::move(reason));
}

/// What maintainer scripts asked for. It is gone after a power cut, and may come back when a repair runs them again.
Result<void> read_flag(Files& files, RebootNeed& need) {
    const auto flag = files.info("/run/reboot-required");
    if (!flag) return flag.error().code == Errc::not_found ? Result<void>() : flag.error();
    need.required = true;
    need.since = flag->modified;
    const auto packages = files.read("/run/reboot-required.pkgs");
    std::string_view rest = packages ? std::string_view(*packages) : std::string_view();
    while (!rest.empty()) {
        if (const std::string_view name = trim(take_line(rest)); !name.empty()) add_reason(need, std::string(name));
    }
    return {};
}

void ask_needrestart(Seams seams, const Questions& questions, Context& context, RebootNeed& need) {
    const auto answer = questions.restarts(context);
    if (!answer) {
        if (answer.error().code != Errc::not_found) seams.log.tell(message::needrestart_failed, answer.error().message);
        return;
    }
    RestartNeed found = parse_needrestart(*answer);
    need.services = std::move(found.services);
    const std::string running = seams.host.facts().kernel;
    // Also a rebuilt kernel of the same name runs only after a reboot.
    if (found.kernel == KernelState::rebuilt) {
        add_reason(need, fmt::format("the running kernel {} was replaced by a newer build", running));
    } else if (found.kernel == KernelState::newer) {
        const std::string expected =
            found.expected_kernel.empty() ? "another kernel" : "linux-image-" + found.expected_kernel;
        add_reason(need, fmt::format("{} is newer than the running kernel {}", expected, running));
    }
}

}  // namespace

Result<RebootNeed> reboot_need(Seams seams, const Questions& questions, Context& context, Effort effort) {
    RebootNeed need;
    if (auto read = read_flag(seams.files, need); !read) return read.error();
    const std::string running = seams.host.facts().kernel;
    const auto installed = read_installed(seams.files, kernel_prefix);
    if (const auto newer = installed ? newer_kernel(*installed, running) : std::nullopt) {
        add_reason(need, fmt::format("linux-image-{} is newer than the running kernel {}", *newer, running));
    }
    if (effort == Effort::thorough) ask_needrestart(seams, questions, context, need);
    return need;
}

}  // namespace guestpatch::apt
