#include "agent/engine/health.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <mutex>
#include <string_view>
#include <utility>

#include "agent/domain/exchange.hpp"
#include "platform/base/text.hpp"

namespace guestpatch {
namespace {

constexpr milliseconds knock_limit{5'000};
constexpr seconds request_limit{10};
constexpr milliseconds courier_limit = request_limit + seconds(5);  // it has to be started, and to say what it heard
constexpr milliseconds command_limit{60'000};
constexpr std::size_t kept_output = 4096;
constexpr std::size_t told_output = 200;
constexpr milliseconds first_pause{1'000};
constexpr milliseconds longest_pause{30'000};

/// One finding: nothing wrong, wrong, or not to be had.
struct Finding {
    enum class Kind { well, refused, unasked } kind = Kind::well;
    std::string said{};
};

constexpr auto well = Finding::Kind::well;
constexpr auto refused = Finding::Kind::refused;
constexpr auto unasked = Finding::Kind::unasked;

void note(HealthFacts& facts, const std::string& subject, const Finding& finding) {
    switch (finding.kind) {
        case well: ++facts.well; return;
        case refused: facts.refused.push_back(fmt::format("{}: {}", subject, finding.said)); return;
        case unasked: facts.unasked.push_back(fmt::format("{}: {}", subject, finding.said)); return;
    }
}

/// The last line of what a program printed: there it says what is wrong.
std::string last_line(std::string_view text) {
    text = trim(text);
    const std::size_t before = text.rfind('\n');
    if (before != std::string_view::npos) text.remove_prefix(before + 1);
    return to_valid_utf8(trim(text).substr(0, told_output));
}

/// Looks at everything once.
class Look {
  public:
    Look(const Machine& machine, const HealthDoors& doors, const HealthQuestion& question, const Context& context)
        : machine_(machine), doors_(doors), question_(question), context_(context) {}

    HealthFacts facts() {
        HealthFacts found{.unsound = question_.unsound};
        ask_manager(found);
        const HealthSettings& settings = machine_.settings.health;
        for (const HealthProbe& probe : settings.probes) {
            if (context_.stop.stop_requested()) break;  // each may take ten seconds
            note(found, describe(probe), probe.protocol == ProbeProtocol::tcp ? knock(probe) : request(probe));
        }
        if (!settings.command.empty()) note(found, settings.command.front(), run_command(settings.command));
        return found;
    }

  private:
    void ask_manager(HealthFacts& found) {
        auto overview = machine_.seams.units.overview();
        if (overview) {
            found.managed = true;
            found.booted = overview->booted;
            found.failed_units = std::move(overview->failed);
        } else if (overview.error().code != Errc::not_found) {
            note(found, "service manager", {unasked, overview.error().message});
        }
    }

    Finding knock(const HealthProbe& probe) {
        const auto answered = doors_.knock(probe.port, knock_limit);
        return answered ? Finding{} : Finding{refused, answered.error().message};
    }

    Finding request(const HealthProbe& probe) {
        Finding first = request_at("127.0.0.1", probe);
        if (first.kind == well || !unreached_) return first;
        Finding second = request_at("[::1]", probe);
        return unreached_ ? first : second;
    }

    Finding request_at(std::string_view address, const HealthProbe& probe) {
        const std::string_view scheme = probe.protocol == ProbeProtocol::https ? "https" : "http";
        const Exchange exchange{.peer = Peer::probe,
                                .url = fmt::format("{}://{}:{}", scheme, address, probe.port),
                                .calls = {{.id = "probe", .path = probe.request_path, .limit = request_limit}}};
        unreached_ = false;
        const auto replies = machine_.courier.exchange(exchange, courier_limit, context_.stop);
        if (!replies) return {unasked, replies.error().message};
        if (replies->empty()) return {unasked, "no reply"};
        const Reply& reply = replies->front();
        unreached_ = reply.silence == Silence::unreached;
        if (reply.silence != Silence::none) return {reply.silence == Silence::refused ? unasked : refused, reply.message};
        if (reply.status < 200 || reply.status > 399) return {refused, fmt::format("status {}", reply.status)};
        return {};
    }

    Finding run_command(const std::vector<std::string>& argv) {
        const auto completion = machine_.seams.processes.run({.argv = argv,
                                                              .environment = question_.environment,
                                                              .deadline = command_limit,
                                                              .silence = command_limit,
                                                              .output_cap = kept_output},
                                                             context_.stop);
        if (!completion) return {unasked, completion.error().message};
        if (completion->end == RunEnd::cancelled) return {unasked, "ended by a stop request"};
        if (completion->exited_with(0)) return {};
        const std::string last = last_line(completion->err.empty() ? completion->out : completion->err);
        return {refused, describe(*completion) + (last.empty() ? "" : ": " + last)};
    }

    const Machine& machine_;
    const HealthDoors& doors_;
    const HealthQuestion& question_;
    const Context& context_;
    bool unreached_ = false;  ///< nobody was there at the last request
};

}  // namespace

void pause(milliseconds length, const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any nobody_calls;
    std::unique_lock held(mutex);
    nobody_calls.wait_for(held, stop, length, [] { return false; });
}

Health look_at_health(const Machine& machine, const HealthDoors& doors, const HealthQuestion& question, Context& context) {
    Clocks& clocks = machine.seams.clocks;
    const BootTime began = clocks.boot();
    const BootTime counts_from = question.look == HealthLook::before ? BootTime{} : began;
    const BootTime over = std::min(counts_from + milliseconds(machine.settings.health.grace_period), context.deadline.at);
    context.progress.step("looking at the machine's health", std::nullopt);
    Look look(machine, doors, question, context);
    for (milliseconds length = first_pause;; length = std::min(2 * length, longest_pause)) {
        const HealthFacts facts = look.facts();
        const BootTime now = clocks.boot();
        const Grace grace = now < over ? Grace::given : Grace::over;
        const Health health = judge_health(facts, question.before, grace, clocks.wall());
        const bool may_come = health.state == HealthState::initializing && question.look != HealthLook::before;
        if (!may_come || context.stop.stop_requested()) return health;
        context.progress.step("waiting until the machine is well: " + health.reasons.front(), std::nullopt);
        doors.pause(std::min<milliseconds>(length, over - now), context.stop);
        if (context.stop.stop_requested()) return health;
    }
}

}  // namespace guestpatch
