#include "agent/wire/exchange.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "agent/wire/parts.hpp"
#include "platform/base/text.hpp"

namespace guestpatch {
namespace {

constexpr std::size_t most_calls = 200;
constexpr std::size_t longest_name = 256;  // an id, a header's name
constexpr std::size_t longest_word = 1024;
constexpr std::size_t longest_body = 1U << 20U;
constexpr seconds longest_limit{3600};
constexpr seconds longest_retry{3600};

// Both words never leave the machine: they stand here and not among the schemas' enums.
constexpr std::array<std::string_view, 3> peers{"host", "imds", "probe"};
constexpr std::array<std::string_view, 5> silences{"none", "refused", "unreached", "untrusted", "broken"};

/// A word of `words`, which lists the enumerators in their order.
template <class Enum, std::size_t Size>
Enum read_word(const JsonReader& in, const std::array<std::string_view, Size>& words) {
    const auto found = std::ranges::find(words, std::string_view(in.string()));
    if (found == words.end()) in.fail("not one of " + join({words.begin(), words.end()}));
    return static_cast<Enum>(found == words.end() ? 0 : found - words.begin());
}

std::string bounded(const JsonReader& in, std::string text, std::size_t most) {
    if (text.size() > most) in.fail(fmt::format("longer than {} bytes", most));
    return text;
}

std::string read_id(const JsonReader& in) {
    std::string id = bounded(in, in.string(), longest_name);
    if (id.empty()) in.fail("is empty");
    return id;
}

std::vector<JsonReader> read_list(const JsonReader& in) {
    auto elements = in.elements();
    if (!in.present()) in.fail("is missing");
    if (elements.size() > most_calls) in.fail(fmt::format("more than {}", most_calls));
    return elements;
}

void write_call(JsonWriter& out, const Call& call) {
    out.begin_object();
    out.key("id").string(call.id);
    out.key("method").string(call.method);
    wire::write_text(out, "path", call.path);
    out.key("headers").begin_array();
    for (const Header& header : call.headers) {
        out.begin_object().key("name").string(header.name).key("value").string(header.value).end_object();
    }
    out.end_array();
    wire::write_text(out, "body", call.body);
    out.key("limit").integer(call.limit.count());
    out.end_object();
}

Call read_call(const JsonReader& in) {
    Call call{.id = read_id(in.member("id")),
              .method = in.member("method").string(),
              .path = in.member("path").string_or(""),
              .body = in.member("body").string_or(""),
              .limit = seconds(in.member("limit").integer())};
    for (const JsonReader& header : read_list(in.member("headers"))) {
        call.headers.push_back({header.member("name").string(), header.member("value").string()});
    }
    if (call.limit < seconds(1) || call.limit > longest_limit) in.member("limit").fail("not 1 to 3600 seconds");
    return call;
}

Exchange read_exchange(const JsonReader& in) {
    const JsonReader credentials = in.member("credentials");
    Exchange exchange{.peer = read_word<Peer>(in.member("peer"), peers),
                      .url = in.member("url").string(),
                      .credentials = {.ca = credentials.member("ca").string_or(""),
                                      .certificate = credentials.member("certificate").string_or(""),
                                      .key = credentials.member("key").string_or(""),
                                      .bearer = credentials.member("bearer").string_or("")}};
    for (const JsonReader& call : read_list(in.member("calls"))) exchange.calls.push_back(read_call(call));
    return exchange;
}

void write_reply(JsonWriter& out, const Reply& reply) {
    out.begin_object();
    out.key("id").string(reply.id);
    out.key("status").integer(reply.status);
    wire::write_text(out, "etag", reply.etag);
    if (reply.retry_after) out.key("retryAfter").integer(reply.retry_after->count());
    wire::write_text(out, "body", reply.body);
    out.key("silence").string(silences.at(static_cast<std::size_t>(reply.silence)));
    wire::write_text(out, "message", reply.message);
    out.end_object();
}

Reply read_reply(const JsonReader& in) {
    const auto text = [&in](std::string_view name, std::size_t most) {
        return bounded(in.member(name), in.member(name).string_or(""), most);
    };
    const std::int64_t status = in.member("status").integer();
    Reply reply{.id = read_id(in.member("id")),
                .etag = text("etag", longest_word),
                .body = text("body", longest_body),
                .silence = read_word<Silence>(in.member("silence"), silences),
                .message = text("message", longest_word)};
    if (status != 0 && (status < 100 || status > 599)) in.member("status").fail(fmt::format("{} is no HTTP status", status));
    if ((status == 0) != (reply.silence != Silence::none)) in.member("silence").fail("does not go with the status");
    reply.status = static_cast<int>(std::clamp<std::int64_t>(status, 0, 599));
    if (const JsonReader retry = in.member("retryAfter"); retry.present()) {
        reply.retry_after = seconds(std::clamp<std::int64_t>(retry.integer(), 0, longest_retry.count()));
    }
    return reply;
}

std::vector<Reply> read_replies(const JsonReader& in) {
    std::vector<Reply> replies;
    for (const JsonReader& reply : read_list(in.member("replies"))) replies.push_back(read_reply(reply));
    return replies;
}

}  // namespace

std::string encode(const Exchange& exchange) {
    const Credentials& credentials = exchange.credentials;
    JsonWriter out;
    out.begin_object();
    out.key("peer").string(peers.at(static_cast<std::size_t>(exchange.peer)));
    out.key("url").string(exchange.url);
    // Whatever is in a credential's file is for the TLS library to judge; here it must only not break the document.
    out.key("credentials").begin_object();
    wire::write_text(out, "ca", to_valid_utf8(credentials.ca));
    wire::write_text(out, "certificate", to_valid_utf8(credentials.certificate));
    wire::write_text(out, "key", to_valid_utf8(credentials.key));
    wire::write_text(out, "bearer", to_valid_utf8(credentials.bearer));
    out.end_object();
    out.key("calls").begin_array();
    for (const Call& call : exchange.calls) write_call(out, call);
    out.end_array().end_object();
    return out.take();
}

Result<Exchange> decode_exchange(std::string_view text) { return wire::decode(text, read_exchange); }

std::string encode(const std::vector<Reply>& replies) {
    JsonWriter out;
    out.begin_object().key("replies").begin_array();
    for (const Reply& reply : replies) write_reply(out, reply);
    out.end_array().end_object();
    return out.take();
}

Result<std::vector<Reply>> decode_replies(std::string_view text) { return wire::decode(text, read_replies); }

}  // namespace guestpatch
