#include "agent/wire/metrics.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <string_view>

#include "agent/domain/lifecycle.hpp"
#include "agent/wire/enums.hpp"
#include "platform/base/text.hpp"

namespace guestpatch {
namespace {

struct Label {
    std::string_view name;
    std::string_view value;
};

/// What the format asks of a label's value: valid UTF-8; backslash, quote and line end escaped.
std::string escape(std::string_view value) {
    std::string escaped;
    for (const char letter : to_valid_utf8(value)) {
        if (letter == '\n') {
            escaped += "\\n";
            continue;
        }
        if (letter == '\\' || letter == '"') escaped += '\\';
        escaped += letter;
    }
    return escaped;
}

/// Families one after the other; one without a sample leaves no trace.
class Exposition {
  public:
    Exposition& family(std::string_view name, std::string_view help) {
        name_ = name;
        help_ = help;
        return *this;
    }

    void sample(std::initializer_list<Label> labels, std::int64_t value) {
        auto out = std::back_inserter(text_);
        if (!help_.empty()) fmt::format_to(out, "# HELP {0} {1}\n# TYPE {0} gauge\n", name_, help_);
        help_ = {};
        text_ += name_;
        std::string_view before = "{";
        for (const Label& label : labels) {
            fmt::format_to(out, "{}{}=\"{}\"", before, label.name, escape(label.value));
            before = ",";
        }
        if (labels.size() > 0) text_ += '}';
        fmt::format_to(out, " {}\n", value);
    }
    void value(std::int64_t value) { sample({}, value); }
    void value(const std::optional<Instant>& at) {
        if (at) value(at->time_since_epoch().count());
    }
    void value(const std::optional<seconds>& duration) {
        if (duration) value(duration->count());
    }
    /// One series for each word the label can have.
    template <class Enum, class Count>
    void each(std::string_view label, Count&& count) {
        for (const Enum word : every<Enum>()) sample({{label, to_wire(word)}}, count(word));
    }
    /// The same, 1 for the word that holds.
    template <class Enum>
    void state(std::string_view label, Enum holds) {
        each<Enum>(label, [holds](Enum word) { return word == holds ? 1 : 0; });
    }

    [[nodiscard]] std::string take() { return std::move(text_); }

  private:
    std::string text_;
    std::string_view name_;
    std::string_view help_;  ///< of the family that has no sample yet
};

template <class Map, class Key>
std::int64_t count_in(const Map& counts, const Key& key) {
    const auto found = counts.find(key);
    return found == counts.end() ? 0 : static_cast<std::int64_t>(found->second);
}

/// Every name the state machine has.
template <std::size_t... Index>
void write_states(Exposition& out, std::string_view holds, std::index_sequence<Index...>) {
    const auto write = [&](std::string_view name) { out.sample({{"state", name}}, name == holds ? 1 : 0); };
    (write(name_of(State(std::variant_alternative_t<Index, State>()))), ...);
}

void write_agent(Exposition& out, const MetricsFacts& facts) {
    out.family("guestpatch_build_info", "The guestpatch that wrote this; always 1.")
        .sample({{"version", facts.version}, {"build", facts.build}}, 1);
    out.family("guestpatch_metrics_timestamp_seconds", "When this was written.").value(facts.now);
    out.family("guestpatch_patch_mode_info", "Who patches this machine, and who assesses it; always 1.")
        .sample({{"patch_mode", facts.patch_mode}, {"assessment_mode", facts.assessment_mode}}, 1);
    out.family("guestpatch_state", "Where the state machine stands: 1 for the state that holds.");
    write_states(out, facts.state, std::make_index_sequence<std::variant_size_v<State>>());
    out.family("guestpatch_operation_running", "Whether an operation of this kind runs.");
    for (const std::string_view kind : {"Assessment", "Installation", "Configuration"}) {
        out.sample({{"kind", kind}}, facts.operation == kind ? 1 : 0);
    }
}

void write_pending(Exposition& out, const PendingTally& pending) {
    out.family("guestpatch_pending_patches", "Patches that wait to be installed, those held back included.");
    for (const Classification classification : every<Classification>()) {
        for (const Severity severity : every<Severity>()) {
            out.sample({{"classification", to_wire(classification)}, {"severity", to_wire(severity)}},
                       count_in(pending.patches, std::pair(classification, severity)));
        }
    }
    out.family("guestpatch_held_back_patches", "Pending patches that cannot go in now, by why.")
        .each<HeldBack>("reason", [&](HeldBack why) { return count_in(pending.held_back, why); });
    out.family("guestpatch_oldest_pending_timestamp_seconds",
               "Since when the oldest Critical or Security patch has been pending.")
        .value(pending.oldest);
    out.family("guestpatch_package_metadata_timestamp_seconds",
               "How current the package lists were that patches were looked up in.")
        .value(pending.metadata_time);
}

void write_verdict(Exposition& out, const MetricsFacts& facts) {
    // Nobody has looked yet: that is Unknown, too.
    out.family("guestpatch_compliance_state", "The verdict: 1 for the state that holds.")
        .state("state", facts.compliance ? facts.compliance->state : ComplianceState::unknown);
    out.family("guestpatch_compliance_since_timestamp_seconds", "Since when that verdict has held.")
        .value(facts.compliance ? std::optional(facts.compliance->since) : std::nullopt);
    if (facts.blind_spots) {
        out.family("guestpatch_blind_spots", "What the last assessment could not see, by why.")
            .each<BlindSpotCode>("code", [&](BlindSpotCode code) { return count_in(*facts.blind_spots, code); });
    }
    if (facts.assessment) {
        out.family("guestpatch_reboot_pending", "Whether the machine waits for a reboot.")
            .value(facts.assessment->reboot_pending ? 1 : 0);
        out.family("guestpatch_reboot_pending_since_timestamp_seconds", "Since when it waits for it, where that is known.")
            .value(facts.assessment->reboot_pending ? facts.reboot_since : std::nullopt);
    }
    if (facts.health) {
        out.family("guestpatch_health_state", "The last judgement of the machine's health: 1 for the state that holds.")
            .state("state", facts.health->state);
        out.family("guestpatch_health_timestamp_seconds", "When health was judged.").value(facts.health->at);
    }
}

void write_assessment(Exposition& out, const MetricsFacts& facts) {
    if (!facts.assessment) return;
    out.family("guestpatch_last_assessment_status", "The last assessment: 1 for the status that holds.")
        .state("status", facts.assessment->status);
    out.family("guestpatch_last_assessment_timestamp_seconds", "When the last assessment ended, or began if it runs.")
        .value(facts.assessment->modified);
    out.family("guestpatch_last_assessment_duration_seconds", "How long the last assessment took.")
        .value(facts.assessment_duration);
}

void write_installation(Exposition& out, const MetricsFacts& facts) {
    if (!facts.installation) return;
    const InstallationSummary& last = *facts.installation;
    out.family("guestpatch_last_installation_status", "The last installation: 1 for the status that holds.")
        .state("status", last.status);
    out.family("guestpatch_last_installation_timestamp_seconds", "When the last installation last said something.")
        .value(last.modified);
    out.family("guestpatch_last_installation_duration_seconds", "How long the last installation took.")
        .value(facts.installation_duration);
    const std::map<InstallationState, std::size_t> counts{{InstallationState::installed, last.installed},
                                                          {InstallationState::failed, last.failed},
                                                          {InstallationState::excluded, last.excluded},
                                                          {InstallationState::not_selected, last.not_selected},
                                                          {InstallationState::pending, last.pending}};
    out.family("guestpatch_last_installation_patches", "What became of the patches of the last installation.")
        .each<InstallationState>("state", [&](InstallationState state) { return count_in(counts, state); });
    out.family("guestpatch_last_installation_window_exceeded", "Whether the last installation ran out of time.")
        .value(last.window_exceeded ? 1 : 0);
}

void write_windows(Exposition& out, const MetricsFacts& facts) {
    out.family("guestpatch_recent_windows", "Windows of the last 30 days, those in which nothing could be tried as missed.");
    out.sample({{"result", "met"}}, facts.windows.met);
    out.sample({{"result", "missed"}}, facts.windows.missed);
    if (facts.next_window) {
        out.family("guestpatch_next_window_opens_timestamp_seconds", "When the next window opens, or the present one has.")
            .value(facts.next_window->opens);
        out.family("guestpatch_next_window_closes_timestamp_seconds", "When that window closes.")
            .value(facts.next_window->closes);
    }
    if (facts.attempt_overdue) {
        out.family("guestpatch_attempt_overdue",
                   "Whether no installation was tried for too long although patches wait (ATTEMPT_OVERDUE).")
            .value(*facts.attempt_overdue ? 1 : 0);
    }
}

void write_host(Exposition& out, const MetricsFacts& facts) {
    if (!facts.host) return;
    const HostMetrics& host = *facts.host;
    out.family("guestpatch_outbox_waiting", "What waits to be sent to the host, by kind.");
    out.sample({{"kind", "report"}}, static_cast<std::int64_t>(host.reports_waiting));
    out.sample({{"kind", "result"}}, static_cast<std::int64_t>(host.results_waiting));
    out.sample({{"kind", "event_batch"}}, static_cast<std::int64_t>(host.event_batches_waiting));
    out.family("guestpatch_outbox_oldest_timestamp_seconds", "Since when the first of it has waited.").value(host.oldest);
    out.family("guestpatch_host_success_timestamp_seconds", "When an exchange with the host last succeeded.").value(host.succeeded);
    out.family("guestpatch_host_consecutive_failures", "Exchanges with the host that failed since then.").value(host.failures);
}

}  // namespace

std::string encode_metrics(const MetricsFacts& facts) {
    Exposition out;
    write_agent(out, facts);
    write_verdict(out, facts);
    if (facts.pending) write_pending(out, *facts.pending);
    write_assessment(out, facts);
    write_installation(out, facts);
    write_windows(out, facts);
    write_host(out, facts);
    return out.take();
}

}  // namespace guestpatch
