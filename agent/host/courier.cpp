#include "agent/host/courier.hpp"

#include <fmt/format.h>

#include <utility>

#include "agent/wire/exchange.hpp"
#include "platform/base/text.hpp"

namespace guestpatch {
namespace {

// What the courier carries at once, two bodies and a bit, with each byte written as six.
constexpr std::size_t output_cap = 24U << 20U;
constexpr std::size_t longest_complaint = 300;

/// The last line it printed to standard error, for people.
std::string complaint(const Completion& completion) {
    std::string_view text = trim(completion.err);
    text.remove_prefix(text.rfind('\n') == std::string_view::npos ? 0 : text.rfind('\n') + 1);
    return to_valid_utf8(text.substr(0, longest_complaint));
}

Error failure(const Completion& completion) {
    switch (completion.end) {
        case RunEnd::deadline:
        case RunEnd::silence: return {Errc::timed_out, "courier: the time for the exchange is over"};
        case RunEnd::cancelled: return {Errc::cancelled, "courier: a stop was requested"};
        case RunEnd::exited:
        case RunEnd::signalled:
        case RunEnd::lost: break;
    }
    const std::string why = complaint(completion);
    return {Errc::failed, fmt::format("courier: {}{}{}", describe(completion), why.empty() ? "" : ": ", why)};
}

/// Replies are to the calls that were made, from the first one on; only the last may be silence.
bool belongs(const std::vector<Reply>& replies, const std::vector<Call>& calls) {
    if (replies.size() > calls.size() || (replies.empty() && !calls.empty())) return false;
    for (std::size_t i = 0; i < replies.size(); ++i) {
        if (replies[i].id != calls[i].id) return false;
        if (replies[i].silence != Silence::none && i + 1 != replies.size()) return false;
    }
    return true;
}

}  // namespace

Courier::Courier(ProcessRunner& processes, Path program, std::string user)
    : processes_(processes), program_(std::move(program)), user_(std::move(user)) {}

Result<std::vector<Reply>> Courier::exchange(const Exchange& exchange, milliseconds at_most, std::stop_token stop) const {
    const Command command{.argv = {program_.string(), "exchange"},
                          .deadline = at_most,
                          .silence = at_most,
                          .output_cap = output_cap,
                          .input = encode(exchange),
                          .user = user_};
    const auto completion = processes_.run(command, std::move(stop));
    if (!completion) {
        Error error = completion.error().within("courier");
        if (error.code == Errc::not_found) error.message += "; install the guestpatch package again, or run systemd-sysusers";
        return error;
    }
    if (!completion->exited_with(0)) return failure(*completion);
    if (completion->truncated) return Error{Errc::failed, "courier: it said more than it may carry"};
    auto replies = decode_replies(completion->out).within("courier");
    if (replies && !belongs(*replies, exchange.calls)) {
        return Error{Errc::invalid, "courier: its replies are not to the calls that were made"};
    }
    return replies;
}

}  // namespace guestpatch
