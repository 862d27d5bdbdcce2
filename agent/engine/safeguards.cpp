// The performer's questions before it touches anything: is the machine well, and does the fleet let it go on?
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "agent/engine/health.hpp"
#include "agent/engine/performer.hpp"
#include "agent/host/admission.hpp"
#include "platform/base/text.hpp"
#include "platform/messages.hpp"

namespace guestpatch {
namespace {

/// How soon a run that an unhealthy machine prevented may be tried again.
constexpr seconds heal_time = std::chrono::minutes(15);
/// Beside the grace period.
constexpr milliseconds health_limit = std::chrono::minutes(5);

constexpr std::size_t runs_looked_at = 50;

/// What the newest run before this one that touched the machine left it like.
std::optional<Health> last_health(const StateFolder& state, const std::string& this_run) {
    std::vector<FileInfo> kept = state.results("installations");
    std::ranges::sort(kept, std::ranges::greater(), &FileInfo::modified);
    if (kept.size() > runs_looked_at) kept.resize(runs_looked_at);
    for (const FileInfo& info : kept) {
        const std::string id = info.name.substr(0, info.name.find('.'));
        const auto run = id == this_run ? std::nullopt : state.installation(id);
        if (!run || !run->health_after) continue;
        // What that run itself broke stays held against the machine.
        std::optional<Health> known = run->health_after;
        if (known->state == HealthState::unhealthy && run->health_before) known->failed_units = run->health_before->failed_units;
        return known;
    }
    return std::nullopt;
}

}  // namespace

Event Performer::perform(const State& state, const CheckHealth& order) {
    progress_.begin("", seconds(0));
    return order.moment == HealthMoment::before ? check_before() : check_after(std::get<Verifying>(state));
}

/// An earlier life of this program may have been turned away: what counts is the answer now.
void Performer::forget_turning_away(const char* code) {
    std::erase_if(result_.errors, [code](const ErrorDetail& error) { return error.code == code; });
    ask_again_.reset();
}

Event Performer::check_before() {
    forget_turning_away(unhealthy_code);
    Context context = until(health_limit);
    const Health health = look_at_health(machine_, HealthDoors(),
                                         {.look = HealthLook::before,
                                          .before = last_health(machine_.state, run_.activity_id),
                                          .environment = hook_environment(Hook::pre_install)},
                                         context);
    if (halts()) return Halted();
    result_.health_before = health;
    unrecorded_ = true;
    if (health.state != HealthState::unhealthy) return HealthChecked();
    const std::string why = join(health.reasons);
    if (machine_.settings.health.proceed_when_unhealthy) {
        result_.notes.push_back({"UNHEALTHY_BEFORE", why + "; the installation went on, as configured"});
        return HealthChecked();
    }
    machine_.seams.log.tell(message::unhealthy_before, "nothing is installed on an unhealthy machine: " + why, {{"activity", run_.activity_id}});
    turn_away(Reason::unhealthy, unhealthy_code, "the machine is unhealthy: " + why);
    ask_again_ = heal_time;
    return HealthChecked{.forbidden = true};
}

Event Performer::check_after(const Verifying& state) {
    // Who only looks waits for nobody.
    const bool only_looks = context_.lock_patience == milliseconds(0);
    Context context = until(only_looks ? milliseconds(1) : health_limit + milliseconds(machine_.settings.health.grace_period));
    std::vector<Patch> touched;
    for (const PatchResult& result : result_.patches) {
        if (result.state == InstallationState::installed || result.state == InstallationState::failed) touched.push_back(result.patch);
    }
    std::vector<std::string> unsound;
    const std::vector<Presence> presence = verify(touched);
    for (std::size_t i = 0; i < presence.size(); ++i) {
        if (presence[i] == Presence::broken) unsound.push_back(touched[i].id.name);
    }
    const bool rebooted = state.reboot == RebootStatus::completed;
    const Health health = look_at_health(machine_, HealthDoors(),
                                         {.look = rebooted ? HealthLook::after_reboot : HealthLook::after_installation,
                                          .before = result_.health_before ? result_.health_before : last_health(machine_.state, run_.activity_id),
                                          .unsound = std::move(unsound),
                                          .environment = hook_environment(Hook::post_install)},
                                         context);
    if (halts()) return Halted();
    result_.health_after = health;
    unrecorded_ = true;
    if (health.state == HealthState::unhealthy) {
        const std::string why = join(health.reasons);
        machine_.seams.log.tell(message::unhealthy_after, "the machine is unhealthy after an installation: " + why, {{"activity", run_.activity_id}});
        result_.notes.push_back({"UNHEALTHY_AFTER", why});
    }
    return HealthChecked();
}

Event Performer::perform(const State&, const AskAdmission& order) {
    forget_turning_away(not_admitted_code);
    progress_.begin("", seconds(0));
    if (machine_.settings.host.admission) progress_.step("asking for admission", std::nullopt);
    const MachinePlace& place = machine_.settings.place;
    auto answer = ask_admission(machine_,
                                {.purpose = order.purpose,
                                 .activity_id = run_.activity_id,
                                 .maintenance_run_id = run_.maintenance_run_id,
                                 .update_domain = place.update_domain,
                                 .zone = place.zone},
                                context_.stop);
    if (halts()) return Halted();
    if (auto* admitted = std::get_if<Admitted>(&answer)) return std::move(*admitted);
    const Refused& refused = std::get<Refused>(answer);
    if (order.purpose == AdmissionFor::install) turn_away(Reason::not_admitted, not_admitted_code, "not admitted: " + refused.holder);
    ask_again_ = refused.retry_after;
    return refused;
}

/// Nothing more goes in, and the machine is not rebooted either.
void Performer::turn_away(Reason reason, const char* code, const std::string& why) {
    settle_all(std::exchange(waiting_, {}), InstallationState::pending, reason, why);
    result_.errors.push_back({code, "install", why});
    unrecorded_ = true;
}

}  // namespace guestpatch
