#include "agent/domain/health.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "platform/base/text.hpp"

namespace guestpatch {
namespace {

using Sentences = std::vector<std::string>;

void append(Sentences& sentences, const Sentences& more) { sentences.insert(sentences.end(), more.begin(), more.end()); }

/// Those that had not failed when the machine was judged before.
Sentences newly_failed(const Sentences& failed, const std::optional<Health>& before) {
    if (!before) return {};
    Sentences news;
    std::ranges::copy_if(failed, std::back_inserter(news), [&](const std::string& unit) {
        return std::ranges::find(before->failed_units, unit) == before->failed_units.end();
    });
    return news;
}

/// What is wrong and stays so.
Sentences bad(const HealthFacts& facts, const Sentences& failed) {
    Sentences reasons;
    if (!failed.empty()) reasons.push_back("failed since: " + join(failed));
    if (!facts.unsound.empty()) reasons.push_back("not fully installed: " + join(facts.unsound));
    return reasons;
}

/// What is wrong and may come right by itself.
Sentences late(const HealthFacts& facts) {
    Sentences reasons;
    if (facts.managed && !facts.booted) reasons.emplace_back("the machine has not finished starting");
    append(reasons, facts.refused);
    return reasons;
}

/// A machine without a service manager, whose probes are silent as well.
bool nobody_tells(const HealthFacts& facts) {
    return !facts.managed && facts.well == 0 && facts.refused.empty() && facts.unasked.empty();
}

}  // namespace

std::string describe(const HealthProbe& probe) {
    switch (probe.protocol) {
        case ProbeProtocol::tcp: return fmt::format("tcp 127.0.0.1:{}", probe.port);
        case ProbeProtocol::http: return fmt::format("http 127.0.0.1:{}{}", probe.port, probe.request_path);
        case ProbeProtocol::https: break;
    }
    return fmt::format("https 127.0.0.1:{}{}", probe.port, probe.request_path);
}

Health judge_health(const HealthFacts& facts, const std::optional<Health>& before, Grace grace, Instant now) {
    using enum HealthState;
    Health health{.state = healthy, .failed_units = facts.failed_units, .at = now};
    std::ranges::sort(health.failed_units);
    const Sentences wrong = bad(facts, newly_failed(health.failed_units, before));
    const Sentences waiting = late(facts);
    const Sentences untold = nobody_tells(facts) ? Sentences{"no service manager runs here"} : facts.unasked;
    if (!wrong.empty() || (grace == Grace::over && !waiting.empty())) {
        health.state = unhealthy;
    } else if (!waiting.empty()) {
        health.state = initializing;
    } else if (!untold.empty()) {
        health.state = unknown;
    }
    append(health.reasons, wrong);
    append(health.reasons, waiting);
    append(health.reasons, untold);
    return health;
}

}  // namespace guestpatch
