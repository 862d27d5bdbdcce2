#include "agent/host/admission.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "agent/domain/outbox.hpp"
#include "agent/engine/windows.hpp"
#include "agent/host/credentials.hpp"
#include "agent/host/paths.hpp"
#include "agent/wire/admission.hpp"
#include "platform/messages.hpp"
#include "platform/random.hpp"

namespace guestpatch {
namespace {

constexpr seconds call_limit{60};
constexpr seconds ask_again{300};       // where nobody says when
constexpr seconds soonest_again{60};

/// The one reply, or why there is none.
Result<Reply> send(const Machine& machine, const AdmissionRequest& request, const std::stop_token& stop) {
    const Settings& settings = machine.settings;
    auto credentials = read_credentials(machine.seams.files, settings.host);
    if (!credentials) return credentials.error();
    const Call call{.id = "admission",
                    .method = "POST",
                    .path = machine_path(machine_id_of(settings, machine.seams.host), "admissions"),
                    .headers = {{"Content-Type", "application/json"}, {"Idempotency-Key", make_guid()}},
                    .body = encode(request),
                    .limit = call_limit};
    auto replies = machine.courier.exchange({Peer::host, settings.host.url, std::move(*credentials), {call}}, call_limit, stop);
    if (!replies) return replies.error();
    return std::move(replies->front());
}

Refused unreachable(const Machine& machine, const std::string& why, std::optional<seconds> retry_after) {
    machine.seams.log.tell(message::admission_unreachable, "nobody could be asked for admission, so nothing is begun: " + why);
    return {std::max(retry_after.value_or(ask_again), soonest_again), fmt::format("nobody could be asked ({})", why)};
}

}  // namespace

std::variant<Admitted, Refused> ask_admission(const Machine& machine, const AdmissionRequest& request, const std::stop_token& stop) {
    if (!machine.settings.host.admission) return Admitted();
    const auto reply = send(machine, request, stop);
    if (!reply) return unreachable(machine, reply.error().message, {});
    const Judgement judgement = judge(CallKind::admission, *reply);
    if (judgement.verdict != Verdict::accepted) return unreachable(machine, judgement.trouble->message, judgement.retry_after);
    const auto answer = decode_admission(reply->body);
    if (!answer) return unreachable(machine, answer.error().within("the host's answer to admission").message, {});
    if (!answer->granted) {
        const Refused refused{std::max(answer->retry_after > seconds(0) ? answer->retry_after : ask_again, soonest_again),
                              answer->holder.empty() ? "the host does not admit it now" : "held by " + answer->holder};
        machine.seams.log.tell(message::admission_refused, refused.holder, {{"activity", request.activity_id}});
        return refused;
    }
    machine.seams.log.tell(message::admitted, "the host lets it go on", {{"activity", request.activity_id}});
    if (answer->lease <= seconds(0)) return Admitted();
    return Admitted{machine.seams.clocks.wall() + answer->lease};
}

}  // namespace guestpatch
