#include "agent/wire/admission.hpp"

#include <algorithm>

#include "agent/wire/parts.hpp"
#include "platform/base/text.hpp"

namespace guestpatch {
namespace {

constexpr seconds longest_lease = std::chrono::days(7);
constexpr std::size_t longest_holder = 200;

seconds read_seconds(const JsonReader& in, seconds most) {
    const std::int64_t number = in.integer_or(0);
    if (number < 0) in.fail("is negative");
    return std::min(seconds(number), most);
}

AdmissionAnswer read_answer(const JsonReader& in) {
    if (!in.member("granted").present()) in.member("granted").fail("is missing");
    AdmissionAnswer answer{.granted = in.member("granted").boolean_or(false),
                           .lease = read_seconds(in.member("leaseSeconds"), longest_lease),
                           .retry_after = read_seconds(in.member("retryAfterSeconds"), longest_turn_away),
                           .holder = in.member("holder").string_or("")};
    if (answer.holder.size() > longest_holder) answer.holder = to_valid_utf8(answer.holder.substr(0, longest_holder));
    return answer;
}

}  // namespace

std::string encode(const AdmissionRequest& request) {
    JsonWriter out;
    out.begin_object();
    out.key("purpose").string(to_wire(request.purpose));
    out.key("activityId").string(request.activity_id);
    wire::write_text(out, "maintenanceRunId", request.maintenance_run_id);
    wire::write_text(out, "updateDomain", request.update_domain);
    wire::write_text(out, "zone", request.zone);
    out.end_object();
    return out.take();
}

Result<AdmissionAnswer> decode_admission(std::string_view text) { return wire::decode(text, read_answer); }

}  // namespace guestpatch
