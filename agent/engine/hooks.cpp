// The performer's dealings with others: the administrator's hooks, and whoever is in the way of a reboot.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "agent/engine/performer.hpp"
#include "agent/wire/enums.hpp"
#include "agent/wire/installation_result.hpp"
#include "platform/base/text.hpp"
#include "platform/messages.hpp"

namespace guestpatch {
namespace {

constexpr std::size_t kept_output = 4096;

const Hooks::Commands& commands_of(const Hooks& hooks, Hook hook) {
    switch (hook) {
        case Hook::pre_install: return hooks.pre_install;
        case Hook::post_install: return hooks.post_install;
        case Hook::post_reboot: return hooks.post_reboot;
        case Hook::on_result: break;
    }
    return hooks.on_result;
}

HookEnd end_of(RunEnd end) {
    switch (end) {
        case RunEnd::exited: return HookEnd::exited;
        case RunEnd::signalled: return HookEnd::signalled;
        case RunEnd::cancelled: return HookEnd::cancelled;
        default: return HookEnd::deadline;
    }
}

std::string tell(const HookReport& report) {
    const std::string program = report.command.empty() ? "" : report.command.front();
    const std::string name = fmt::format("{} hook {}", to_wire(report.hook), program);
    switch (report.end) {
        case HookEnd::exited: return fmt::format("{}: exit status {}", name, report.code);
        case HookEnd::signalled: return fmt::format("{}: killed by signal {}", name, report.code);
        case HookEnd::deadline: return fmt::format("{}: ended after {}", name, describe_duration(report.duration));
        case HookEnd::cancelled: return fmt::format("{}: ended by a stop request", name);
        case HookEnd::not_started: break;
    }
    return fmt::format("{}: {}", name, report.output);
}

/// The end of what it printed: there it says what went wrong.
std::string tail_of(const std::string& text) {
    return to_valid_utf8(text.size() <= kept_output ? text : text.substr(text.size() - kept_output));
}

}  // namespace

std::vector<std::string> Performer::hook_environment(Hook hook) const {
    const auto number = [&](InstallationState state) { return count(result_.patches, state); };
    return {fmt::format("GUESTPATCH_HOOK={}", to_wire(hook)),
            fmt::format("GUESTPATCH_ACTIVITY_ID={}", run_.activity_id),
            fmt::format("GUESTPATCH_MAINTENANCE_RUN_ID={}", run_.maintenance_run_id),
            fmt::format("GUESTPATCH_STARTED_BY={}", to_wire(run_.started_by)),
            fmt::format("GUESTPATCH_WINDOW_OPENS={}", format_instant(run_.window.opens)),
            fmt::format("GUESTPATCH_WINDOW_CLOSES={}", format_instant(run_.window.closes)),
            fmt::format("GUESTPATCH_STATUS={}", to_wire(result_.status)),
            fmt::format("GUESTPATCH_REBOOT_STATUS={}", to_wire(result_.reboot_status)),
            fmt::format("GUESTPATCH_TO_INSTALL={}", std::ranges::count_if(result_.patches, is_intended)),
            fmt::format("GUESTPATCH_INSTALLED={}", number(InstallationState::installed)),
            fmt::format("GUESTPATCH_FAILED={}", number(InstallationState::failed)),
            fmt::format("GUESTPATCH_PENDING={}", number(InstallationState::pending))};
}

HookReport Performer::run_hook(Hook hook, const std::vector<std::string>& argv) {
    const seconds timeout = machine_.settings.hooks.timeout;
    Command command{.argv = argv,
                    .environment = hook_environment(hook),
                    .deadline = timeout,
                    .silence = timeout,
                    .output_cap = 4 * kept_output};
    if (hook == Hook::on_result) command.input = encode(result_);
    // What undoes a preparation, or tells somebody, is owed after a stop as well; it has its deadline.
    const std::stop_token stop = hook == Hook::pre_install ? context_.stop : std::stop_token();
    if (context_.stop.stop_requested()) command.deadline = std::min<milliseconds>(command.deadline, machine_.settings.stop_timeout);
    const BootTime began = machine_.seams.clocks.boot();
    const auto completion = machine_.seams.processes.run(command, stop);
    HookReport report{.hook = hook, .command = argv};
    report.duration = std::chrono::round<seconds>(machine_.seams.clocks.boot() - began);
    if (!completion) {
        report.end = HookEnd::not_started;
        report.output = tail_of(completion.error().message);
        return report;
    }
    report.end = end_of(completion->end);
    report.code = completion->code;
    report.output = tail_of(completion->out + completion->err);
    return report;
}

Event Performer::perform(const State&, const RunHooks& order) {
    const Hook hook = order.hook;
    const Hooks& hooks = machine_.settings.hooks;
    if (hook == Hook::post_reboot) result_.reboot_status = RebootStatus::completed;
    // They may have run in an earlier life of this program: what counts is how they end now.
    const auto is_of_this = [&](const ErrorDetail& error) { return error.code == hook_failed && error.target == to_wire(hook); };
    std::erase_if(result_.errors, is_of_this);
    HooksRan ran;
    for (const std::vector<std::string>& argv : commands_of(hooks, hook)) {
        progress_.begin("", seconds(0));
        progress_.step(fmt::format("running a {} hook", to_wire(hook)), std::nullopt);
        const HookReport report = run_hook(hook, argv);
        if (report.end == HookEnd::cancelled && halts()) return Halted();
        if (report.end == HookEnd::cancelled) break;
        if (hook != Hook::on_result) {
            result_.hooks.push_back(report);
            unrecorded_ = true;
        }
        if (is_well(report)) continue;
        const std::string message = tell(report);
        machine_.seams.log.tell(message::hook_failed, message, {{"activity", run_.activity_id}});
        if (hook == Hook::on_result) continue;  // what it was told is final
        if (hook == Hook::pre_install && hooks.proceed_on_pre_failure) {
            result_.notes.push_back({"HOOK_FAILED", message + "; the installation went on, as configured"});
            continue;
        }
        result_.errors.push_back({hook_failed, std::string(to_wire(hook)), message});
        if (hook != Hook::pre_install) continue;
        settle_all(std::exchange(waiting_, {}), InstallationState::pending, Reason::no_time_left,
                   "nothing was installed: " + message);
        ran.forbidden = true;
        break;
    }
    return ran;
}

Event Performer::perform(const State&, const ClearTheWay&) {
    // Who has just typed the command must not wait for himself to log out.
    seconds grace{};
    if (run_.unattended) {
        const Moment now = machine_.now();
        const seconds lease = run_.admitted_until ? *run_.admitted_until - now.wall : seconds::max();
        grace = std::min(machine_.settings.inhibitor_grace, std::min(window_left(run_, now), lease) - run_.reboot_warning);
    }
    progress_.begin("", seconds(0));
    if (grace > seconds(0)) progress_.step("waiting until nobody is in the way of the reboot", std::nullopt);
    const std::vector<std::string> staying = machine_.seams.rebooter.wait_until_clear(std::max(grace, seconds(0)), context_.stop);
    if (context_.stop.stop_requested()) return Halted();
    if (!staying.empty()) {
        result_.notes.push_back({"REBOOT_OVER_OBSTACLES", "the reboot was made although " + join(staying)});
        machine_.seams.log.tell(message::reboot_over_obstacles, "a reboot is made over obstacles",
                                {{"who", join(staying)}, {"activity", run_.activity_id}});
    }
    return WayCleared();
}

/// Nobody may shut the machine down while packages are half in; what is root's, or the hypervisor's, does it all the same,
/// and is survived.
void Performer::hold_off(const State& state) {
    constexpr std::array changing{Stage::repairing, Stage::installing, Stage::mending, Stage::tidying};
    const auto* installing = std::get_if<Installing>(&state);
    const bool wanted = installing != nullptr && std::ranges::find(changing, installing->stage) != changing.end();
    if (!wanted) held_off_.reset();
    if (!wanted || held_off_ || hold_off_failed_) return;
    auto held = machine_.seams.rebooter.hold_off("installing updates");
    if (held) {
        held_off_ = std::move(*held);
        return;
    }
    hold_off_failed_ = true;
    if (held.error().code != Errc::not_found) machine_.seams.log.tell(message::shutdown_not_held_off, held.error().message);
}

}  // namespace guestpatch
