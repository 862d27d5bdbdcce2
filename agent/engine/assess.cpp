#include "agent/engine/assess.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "agent/domain/due.hpp"
#include "agent/domain/support.hpp"
#include "platform/messages.hpp"

namespace guestpatch {
namespace {

/// One line per source: what the refresh already named is not named again by the look that follows.
void add_blind_spots(std::vector<BlindSpot>& into, std::vector<BlindSpot> more) {
    for (BlindSpot& spot : more) {
        const auto named = std::ranges::find(into, spot.source, &BlindSpot::source);
        if (named == into.end()) {
            into.push_back(std::move(spot));
        } else {
            named->security = named->security || spot.security;
        }
    }
}

/// Whether a refresh brought every list up to date that security patches may stand in: a network that is
/// down must not make old lists young.
bool refreshed_lists(const Refresh& refresh) { return std::ranges::none_of(refresh.blind_spots, &BlindSpot::security); }

/// When the lists were last known to be current: files say when they last changed, our own records when a
/// refresh last found them unchanged.
std::optional<Instant> known_metadata_time(const Sight& sight, const PatchStatus& before, const StateFolder& state) {
    std::optional<Instant> known = sight.metadata_time;
    if (!before.available) return known;
    const auto last = state.assessment(before.available->activity_id);
    if (last && last->metadata_age) known = std::max(known.value_or(Instant()), last->modified - *last->metadata_age);
    return known;
}

ErrorDetail failure_of(const Error& error) {
    const bool cancelled = error.code == Errc::cancelled;
    return {cancelled ? "OPERATION_CANCELLED" : "PACKAGE_MANAGER_FAILURE", "assess", error.message};
}

class Look {
  public:
    Look(Seams seams, Detected& detected, const Settings& settings, StateFolder& state, const AssessRequest& request)
        : seams_(seams), detected_(detected), settings_(settings), state_(state), request_(request) {}

    AssessOutcome carry_out(Context& context) {
        open();
        if (request_.record) note_failure(begin());
        std::optional<Sight> sight = look(context);
        if (sight) judge(*sight, context);
        if (outcome_.refused) {
            if (request_.record) note_failure(state_.write_status(before_));  // as if nothing had been asked
            return std::move(outcome_);
        }
        close();
        if (request_.record) note_failure(state_.record(assessment_, ledger_));
        return std::move(outcome_);
    }

  private:
    void open() {
        const HostFacts facts = seams_.host.facts();
        started_ = seams_.clocks.boot();
        before_ = state_.patch_status();
        assessment_ = {.activity_id = request_.activity_id,
                       .started = seams_.clocks.wall(),
                       .modified = seams_.clocks.wall(),
                       .started_by = request_.started_by,
                       .on = {detected_.name, detected_.patch_service, facts.os_type, facts.os_name, facts.os_version},
                       .compliance = {.since = seams_.clocks.wall()}};
    }

    Result<void> begin() {
        return state_.write_status(begin_assessment(before_, request_.activity_id, assessment_.started));
    }

    std::optional<Sight> look(Context& context) {
        bool current = false;
        if (request_.refresh) {
            Refresh refresh = detected_.manager->refresh(context);
            current = refreshed_lists(refresh);
            assessment_.notes = std::move(refresh.notes);
            add_blind_spots(assessment_.blind_spots, std::move(refresh.blind_spots));
        }
        auto sight = context.stop.stop_requested() ? Error{Errc::cancelled, "a stop was requested"}
                                                   : detected_.manager->pending(context);
        if (!sight) {
            assessment_.failure = failure_of(sight.error());
            return std::nullopt;
        }
        outcome_.repair_needed = sight->repair_needed;
        seen_at_ = current ? seams_.clocks.wall() : known_metadata_time(*sight, before_, state_);
        return std::move(*sight);
    }

    void judge(Sight& sight, Context& context) {
        const Instant now = seams_.clocks.wall();
        assessment_.patches = std::move(sight.patches);
        add_blind_spots(assessment_.blind_spots, std::move(sight.blind_spots));
        if (auto reboot = detected_.manager->reboot_need(context, Effort::glance)) assessment_.reboot = std::move(*reboot);
        const auto support = read_support_end(seams_, settings_, sight.extended_support);
        if (auto spot = support_blind_spot(support, assessment_.on.os_name, now)) {
            assessment_.blind_spots.push_back(std::move(*spot));
        }
        ledger_ = advance_first_seen(state_.first_seen(), assessment_.patches, assessment_.blind_spots, now);
        note_overdue(now);
        if (auto selected = select(request_.selection, assessment_.patches); !selected) outcome_.refused = selected.error();
        // A clock set back makes the lists look like tomorrow's: they are then simply of no age.
        if (seen_at_) assessment_.metadata_age = std::max(now - *seen_at_, seconds(0));
        assessment_.compliance = judge_compliance({assessment_.patches, assessment_.blind_spots, assessment_.reboot, seen_at_,
                                                   support, settings_.compliance_max_age}, before_.compliance, now);
    }

    /// Where patches go in by themselves, one that nobody tried to install for too long says why.
    void note_overdue(Instant now) {
        if (!is_automatic(settings_)) return;
        const auto why = attempt_overdue(assessment_.patches, state_.timetable(), settings_.off_peak.attempt_within, now);
        if (!why) return;
        assessment_.notes.push_back({"ATTEMPT_OVERDUE", fmt::format("no installation was tried for {}: {}",
                                                                    describe_duration(settings_.off_peak.attempt_within), *why)});
        seams_.log.tell(message::attempt_overdue, "ATTEMPT_OVERDUE: " + assessment_.notes.back().message);
    }

    void close() {
        assessment_.modified = std::max(seams_.clocks.wall(), assessment_.started);
        assessment_.duration = std::chrono::round<seconds>(seams_.clocks.boot() - started_);
        assessment_.status = final_status(assessment_);
        if (assessment_.failure && before_.compliance) assessment_.compliance = *before_.compliance;
    }

    /// A result that could not be kept is a failed operation, although what was found is still shown.
    void note_failure(const Result<void>& written) {
        if (written || outcome_.not_recorded) return;
        outcome_.not_recorded = written.error().within("the result could not be recorded");
        seams_.log.tell(message::result_not_recorded, outcome_.not_recorded->message);
    }

    Seams seams_;
    Detected& detected_;
    const Settings& settings_;
    StateFolder& state_;
    const AssessRequest& request_;
    AssessOutcome outcome_;
    Assessment& assessment_ = outcome_.assessment;
    BootTime started_;
    PatchStatus before_;
    std::optional<Instant> seen_at_;
    std::vector<FirstSeen> ledger_;
};

}  // namespace

AssessOutcome assess(Seams seams, Detected& detected, const Settings& settings, StateFolder& state,
                     const AssessRequest& request, Context& context) {
    return Look(seams, detected, settings, state, request).carry_out(context);
}

std::optional<Instant> read_support_end(Seams seams, const Settings& settings, bool extended) {
    const HostFacts facts = seams.host.facts();
    const std::string_view file = distro_info_file(facts.os_release);
    const auto table = file.empty() ? Result<std::string>(Error{Errc::not_found, ""})
                                    : seams.files.read(Path("/usr/share/distro-info") / file);
    return support_end({facts.os_release, table ? std::string_view(*table) : std::string_view(), extended, settings.support_end});
}

}  // namespace guestpatch
