#include "agent/courier/exchange.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "agent/courier/trust.hpp"
#include "platform/base/text.hpp"
#include "platform/random.hpp"

namespace guestpatch {
namespace {

constexpr std::size_t longest_body = 1U << 20U;
constexpr std::size_t enough = 2U << 20U;
constexpr std::size_t longest_word = 1000;
constexpr seconds longest_retry{3600};

/// One line of somebody else's words, for people and logs.
std::string quiet(std::string_view text) {
    std::string line = to_valid_utf8(text.substr(0, longest_word / 3));  // a broken byte becomes three
    std::ranges::replace_if(line, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
    return line;
}

Silence silence_of(HttpFault fault) {
    switch (fault) {
        case HttpFault::refused: return Silence::refused;
        case HttpFault::unreached: return Silence::unreached;
        case HttpFault::untrusted: return Silence::untrusted;
        case HttpFault::broken: return Silence::broken;
    }
    return Silence::broken;
}

Reply unanswered(const Call& call, Silence silence, std::string_view message) {
    return {.id = call.id, .silence = silence, .message = quiet(message)};
}

HttpRequest request_for(const Call& call, const Terms& terms, std::string_view bearer, std::string_view agent) {
    HttpRequest request{.method = call.method,
                        .url = terms.base + call.path,
                        .socket = terms.socket,
                        .body = call.body,
                        .limit = call.limit,
                        .addresses = terms.addresses,
                        .certificates = terms.certificates,
                        .proxies = terms.proxies};
    bool typed = call.body.empty();
    for (const Header& header : call.headers) {
        typed |= to_lower(header.name) == "content-type";
        request.headers.emplace_back(header.name, header.value);
    }
    if (!typed) request.headers.emplace_back("Content-Type", "application/json");
    if (!bearer.empty()) request.headers.emplace_back("Authorization", fmt::format("Bearer {}", bearer));
    request.headers.emplace_back("User-Agent", agent);
    request.headers.emplace_back("X-Request-Id", make_guid());
    return request;
}

Reply reply_to(const Call& call, const std::expected<HttpAnswer, HttpFailure>& outcome) {
    if (!outcome) return unanswered(call, silence_of(outcome.error().fault), outcome.error().message);
    const HttpAnswer& answer = *outcome;
    Reply reply{.id = call.id, .status = answer.status, .body = to_valid_utf8(answer.body)};
    if (reply.body.size() > longest_body) return unanswered(call, Silence::broken, "the answer is no text, and too long");
    // A tag that cannot be sent back as it came is none.
    if (quiet(answer.etag) == answer.etag) reply.etag = answer.etag;
    if (answer.retry_after) reply.retry_after = std::clamp(*answer.retry_after, seconds(0), longest_retry);
    return reply;
}

}  // namespace

std::vector<Reply> carry_out(const Exchange& exchange, Http& http, std::string_view agent) {
    const auto terms = terms_of(exchange);
    std::vector<Reply> replies;
    std::size_t carried = 0;
    for (const Call& call : exchange.calls) {
        const auto checked = terms ? check(call) : Result<void>(terms.error());
        replies.push_back(checked ? reply_to(call, http.send(request_for(call, *terms, exchange.credentials.bearer, agent)))
                                  : unanswered(call, Silence::refused, checked.error().message));
        carried += replies.back().body.size();
        if (replies.back().silence != Silence::none || carried > enough) break;
    }
    return replies;
}

}  // namespace guestpatch
