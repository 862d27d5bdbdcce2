#include "agent/wire/exchange.hpp"

#include <fmt/format.h>

#include "tests/catch.hpp"

using namespace guestpatch;

namespace {

const Exchange whole{.peer = Peer::host,
                     .url = "https://host.example/guestpatch/v1",
                     .credentials = {.ca = "-----CA-----\n", .certificate = "cert", .key = "key", .bearer = "token"},
                     .calls = {{.id = "goal",
                                .path = "/machines/m/goalState",
                                .headers = {{"If-None-Match", "\"g42\""}, {"Prefer", "wait=55"}},
                                .limit = seconds(85)},
                               {.id = "status", .method = "PUT", .path = "/machines/m/patchStatus", .body = R"({"é":1})"}}};

const std::vector<Reply> replies{
    {.id = "goal", .status = 200, .etag = "\"g42\"", .retry_after = seconds(30), .body = R"({"goalSequence":42})"},
    {.id = "status", .silence = Silence::untrusted, .message = "certificate has expired"}};

/// One reply with these members besides its id.
std::string reply(std::string_view members) { return fmt::format(R"({{"replies":[{{"id":"a",{}}}]}})", members); }

std::string fault(const std::string& text) {
    const auto decoded = decode_replies(text);
    return decoded ? "" : decoded.error().message;
}

}  // namespace

TEST_CASE("An exchange survives its own encoding, secrets included", "[wire][courier]") {
    CHECK(decode_exchange(encode(whole)) == whole);
    const Peer peer = GENERATE(Peer::host, Peer::imds, Peer::probe);
    CHECK(decode_exchange(encode(Exchange{.peer = peer, .url = "http://localhost"})).value().peer == peer);
}

TEST_CASE("Replies survive their own encoding", "[wire][courier]") {
    CHECK(decode_replies(encode(replies)) == replies);
    CHECK(decode_replies(encode(std::vector<Reply>())) == std::vector<Reply>());
    const Silence silence = GENERATE(Silence::refused, Silence::unreached, Silence::untrusted, Silence::broken);
    const std::vector<Reply> silent{{.id = "x", .silence = silence}};
    CHECK(decode_replies(encode(silent)) == silent);
}

TEST_CASE("The bytes between agent and courier are what both were built for", "[wire][courier]") {
    CHECK(encode(whole) ==
          R"({"peer":"host","url":"https://host.example/guestpatch/v1","credentials":{"ca":"-----CA-----\n","certificate":"cert",)"
          R"("key":"key","bearer":"token"},"calls":[{"id":"goal","method":"GET","path":"/machines/m/goalState","headers":[)"
          R"({"name":"If-None-Match","value":"\"g42\""},{"name":"Prefer","value":"wait=55"}],"limit":85},)"
          R"({"id":"status","method":"PUT","path":"/machines/m/patchStatus","headers":[],"body":"{\"é\":1}","limit":60}]})");
    CHECK(encode(replies) ==
          R"({"replies":[{"id":"goal","status":200,"etag":"\"g42\"","retryAfter":30,"body":"{\"goalSequence\":42}","silence":"none"},)"
          R"({"id":"status","status":0,"silence":"untrusted","message":"certificate has expired"}]})");
}

TEST_CASE("A credential that is no text does not break the exchange", "[wire][courier]") {
    Exchange exchange = whole;
    exchange.credentials.key = "\x30\x82\xff";
    CHECK(decode_exchange(encode(exchange)).has_value());
}

TEST_CASE("What is no exchange is refused by the name of what is wrong", "[wire][courier]") {
    const auto fault_of = [](const Exchange& exchange) {
        const auto decoded = decode_exchange(encode(exchange));
        return decoded ? "" : decoded.error().message;
    };
    CHECK(fault_of({.url = "x", .calls = {{.id = ""}}}) == "calls[0].id: is empty");
    CHECK(fault_of({.url = "x", .calls = {{.id = "a", .limit = seconds(0)}}}) == "calls[0].limit: not 1 to 3600 seconds");
    CHECK(fault_of({.url = "x", .calls = {{.id = "a", .limit = seconds(3601)}}}) == "calls[0].limit: not 1 to 3600 seconds");
    CHECK(fault_of({.url = "x", .calls = std::vector<Call>(201, Call{.id = "a"})}) == "calls: more than 200");
    CHECK(decode_exchange(R"({"peer":"friend","url":"x","calls":[]})").error().message ==
          "peer: not one of host, imds, probe");
    CHECK(decode_exchange(R"({"peer":"host","calls":[]})").error().message == "url: is missing");
    CHECK(decode_exchange(R"({"peer":"host","url":"x"})").error().message == "calls: is missing");
}

TEST_CASE("A reply is bounded in every member", "[wire][courier]") {
    CHECK(fault(reply(R"("status":200,"silence":"none")")).empty());
    CHECK(fault(reply(R"("status":0,"silence":"broken")")).empty());
    for (const int status : {-200, -1, 1, 99, 600, 65736}) {
        CHECK(fault(reply(fmt::format(R"("status":{},"silence":"none")", status))) ==
              fmt::format("replies[0].status: {} is no HTTP status", status));
    }
    CHECK(fault(reply(R"("status":9999999999999999999,"silence":"none")")).starts_with("replies[0].status"));
    CHECK(fault(reply(R"("status":200,"silence":"broken")")) == "replies[0].silence: does not go with the status");
    CHECK(fault(reply(R"("status":0,"silence":"none")")) == "replies[0].silence: does not go with the status");
    CHECK(fault(reply(R"("status":0)")) == "replies[0].silence: is missing");
    CHECK(fault(R"({"replies":[{"id":"","status":200,"silence":"none"}]})") == "replies[0].id: is empty");
    CHECK(fault(R"({})") == "replies: is missing");
    const auto with_text = [](std::string_view name, std::size_t size) {
        return reply(fmt::format(R"("status":200,"silence":"none","{}":"{}")", name, std::string(size, 'x')));
    };
    CHECK(fault(with_text("body", 1U << 20U)).empty());
    CHECK(fault(with_text("body", (1U << 20U) + 1)) == "replies[0].body: longer than 1048576 bytes");
    CHECK(fault(with_text("etag", 1025)) == "replies[0].etag: longer than 1024 bytes");
    CHECK(fault(with_text("message", 1025)) == "replies[0].message: longer than 1024 bytes");
    CHECK(fault(encode(std::vector<Reply>(200, replies[0]))).empty());
    CHECK(fault(encode(std::vector<Reply>(201, replies[0]))) == "replies: more than 200");
}

TEST_CASE("A pause that was asked for is kept within an hour", "[wire][courier]") {
    const auto pause = [](std::string_view number) {
        return decode_replies(reply(fmt::format(R"("status":503,"silence":"none","retryAfter":{})", number))).value()[0].retry_after;
    };
    CHECK(pause("0") == seconds(0));
    CHECK(pause("3600") == seconds(3600));
    CHECK(pause("3601") == seconds(3600));
    CHECK(pause("-5") == seconds(0));
    CHECK(pause("9223372036854775807") == seconds(3600));
    CHECK_FALSE(pause("null"));
}
