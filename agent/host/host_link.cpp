#include "agent/host/host_link.hpp"

#include <algorithm>
#include <utility>

#include "agent/engine/windows.hpp"
#include "agent/host/conversation.hpp"
#include "agent/wire/machine_record.hpp"
#include "platform/base/guid.hpp"
#include "platform/random.hpp"

namespace guestpatch {

namespace {

/// A talk that has so little time carries little.
constexpr milliseconds quick = std::chrono::minutes(1);
constexpr std::size_t quick_letters = 4;

}  // namespace

milliseconds pause_after(const TalkOutcome& outcome, int failures, double luck) {
    constexpr milliseconds longest = std::chrono::minutes(15);
    // Credentials are read anew each time: once at once, in case they have just been rotated.
    const milliseconds own = outcome.credential && failures > 1 ? longest : backoff(failures, luck);
    return std::max<milliseconds>(own, outcome.retry_after.value_or(seconds(0)));
}

std::optional<InstanceViewStatus> goal_status(const Ledger& ledger) {
    if (!ledger.goal_fault) return std::nullopt;
    return InstanceViewStatus{.code = "GoalState/Refused",
                              .level = StatusLevel::error,
                              .display_status = "The goal state is not acted on",
                              .message = ledger.goal_fault->message,
                              .time = ledger.goal_fault->at};
}

ReportFacts HostLink::facts(const Topics& topics, const Ledger& ledger) const {
    ReportFacts facts{.machine_id = machine_id_of(topics.settings, seams_.host),
                      .boot_id = seams_.clocks.boot_id(),
                      .goal = ledger.goal,
                      .status = state_.patch_status(),
                      .now = seams_.clocks.wall()};
    std::vector<InstanceViewStatus>& statuses = facts.status.configuration;
    statuses.insert(statuses.end(), topics.configuration.begin(), topics.configuration.end());
    if (auto refused = goal_status(ledger)) statuses.push_back(std::move(*refused));
    return facts;
}

MachineRecord HostLink::machine_record(const Settings& settings) const {
    const HostFacts host = seams_.host.facts();
    MachineRecord record{.machine_id = machine_id_of(settings, seams_.host),
                         .host_name = host.host_name,
                         .os_name = host.os_name,
                         .os_version = host.os_version,
                         .architecture = host.architecture,
                         .agent_version = agent_version_,
                         .boot_id = seams_.clocks.boot_id(),
                         .group = settings.machine_group,
                         .place = settings.place};
    record.place.os_type = host.os_type;
    return record;
}

News HostLink::news(const Topics& topics, const std::set<std::string>& refused) const {
    const Ledger ledger = outbox_.ledger(topics.settings.host.url);
    if (!refused.contains(record_name) && ledger.record != guid_of(encode(machine_record(topics.settings)))) return News::now;
    News news = News::none;
    if (!refused.contains(report_name)) {
        const auto last = outbox_.report();
        if (last && !is_acknowledged(ledger, *last)) return News::now;
        const ReportFacts now = facts(topics, ledger);
        if (is_report_due(last, ledger, now, topics.interval)) return News::now;
        if (!tells_the_same(*last, now)) news = News::soon;
    }
    const auto running = state_.running();
    const bool result_waits = std::ranges::any_of(outbox_.results(ledger), [&](const WaitingResult& result) {
        // What runs has not ended, and is no news.
        return !refused.contains(result.name) && !(running && result.name.ends_with(running->activity_id)) &&
               outbox_.has_ended(result);
    });
    return result_waits ? News::now : news;
}

TalkOutcome HostLink::talk(const Topics& topics, Talk talk, std::vector<HostEvent> events, const std::set<std::string>& refused,
                           milliseconds at_most, const std::stop_token& stop) {
    const Ledger ledger = outbox_.ledger(topics.settings.host.url);
    Conversation conversation({.seams = seams_,
                               .state = state_,
                               .outbox = outbox_,
                               .topics = topics,
                               .record = machine_record(topics.settings),
                               .facts = facts(topics, ledger),
                               .ledger = ledger,
                               .events = std::move(events),
                               .left_alone = refused,
                               .most_letters = at_most < quick ? quick_letters : most_letters_,
                               .conflicts = conflicts_,
                               .anew = anew_});
    TalkOutcome outcome = conversation.hold(courier_, talk, at_most, stop);
    most_letters_ = outcome.too_slow ? std::max(most_letters_ / 2, std::size_t{1}) : usual_letters;
    return outcome;
}

}  // namespace guestpatch
