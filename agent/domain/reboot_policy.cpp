#include "agent/domain/reboot_policy.hpp"

#include "platform/base/text.hpp"

namespace guestpatch {

RebootJudged decide_reboot(const RebootFacts& facts) {
    const Run& run = facts.run;
    const bool always = run.reboot_setting == RebootSetting::always && facts.installed > 0;
    if (!facts.need.required && !always) return {RebootStatus::not_needed, ""};
    std::string why = facts.need.required ? join(facts.need.reasons) : "the reboot setting is Always";
    if (why.empty()) why = "the machine asks for one and does not say why";
    const RebootStatus refused = facts.need.required ? RebootStatus::required : RebootStatus::not_needed;
    const auto refuse = [&](std::string_view because) {
        return RebootJudged{refused, why + "; " + std::string(because)};
    };
    if (run.reboot_setting == RebootSetting::never) return refuse("the reboot setting is Never");
    if (!facts.may_reboot) return refuse("the run was interrupted, cancelled, or not let begin");
    // A person may try once more; a machine that restarts every night for nothing helps nobody.
    if (facts.fruitless && facts.installed == 0 && run.started_by == StartedBy::platform) {
        return refuse("a reboot did not change that, and nothing was installed since");
    }
    if (run.reboots_left <= 0) return refuse("this run has made its reboots");
    if (facts.left <= seconds(0)) return refuse("there is no time left for a reboot");
    return {RebootStatus::started, why};
}

}  // namespace guestpatch
