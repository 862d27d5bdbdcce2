#include "agent/courier/exchange.hpp"

#include <map>

#include "tests/catch.hpp"
#include "tests/fakes/http.hpp"

using namespace guestpatch;

namespace {

std::vector<Call> calls(std::size_t count) {
    std::vector<Call> made;
    for (std::size_t i = 0; i < count; ++i) made.push_back({.id = std::to_string(i), .path = "/" + std::to_string(i)});
    return made;
}

Exchange with_host(std::vector<Call> calls) {
    return {.url = "https://host.example/v1", .credentials = {.bearer = "token"}, .calls = std::move(calls)};
}

std::map<std::string, std::string> headers_of(const HttpRequest& request) {
    return {request.headers.begin(), request.headers.end()};
}

}  // namespace

TEST_CASE("Calls are made in order and their answers named", "[courier]") {
    FakeHttp http({HttpAnswer{.status = 304, .etag = "\"g\""}, HttpAnswer{.status = 503, .retry_after = seconds(7), .body = "later"}});
    const auto replies = carry_out(with_host(calls(2)), http, "guestpatch/1");
    CHECK(replies == std::vector<Reply>{{.id = "0", .status = 304, .etag = "\"g\""},
                                        {.id = "1", .status = 503, .retry_after = seconds(7), .body = "later"}});
    REQUIRE(http.requests.size() == 2);
    CHECK(http.requests[0].url == "https://host.example/v1/0");
    CHECK(http.requests[1].url == "https://host.example/v1/1");
    CHECK(http.requests[0].certificates == Certificates::verified);
}

TEST_CASE("A request carries what was asked for, who we are, the token and a number of its own", "[courier]") {
    FakeHttp http({HttpAnswer{.status = 200}, HttpAnswer{.status = 200}});
    const Call put{.id = "p", .method = "PUT", .path = "/p", .headers = {{"Idempotency-Key", "k"}}, .body = "{}", .limit = seconds(5)};
    (void)carry_out(with_host({put, {.id = "g", .path = "/g"}}), http, "guestpatch/1");
    REQUIRE(http.requests.size() == 2);
    auto first = headers_of(http.requests[0]);
    auto second = headers_of(http.requests[1]);
    CHECK(first["X-Request-Id"].size() == 36);
    CHECK(first["X-Request-Id"] != second["X-Request-Id"]);
    first.erase("X-Request-Id");
    second.erase("X-Request-Id");
    CHECK(first == std::map<std::string, std::string>{{"Idempotency-Key", "k"},
                                                      {"Content-Type", "application/json"},
                                                      {"Authorization", "Bearer token"},
                                                      {"User-Agent", "guestpatch/1"}});
    CHECK(second == std::map<std::string, std::string>{{"Authorization", "Bearer token"}, {"User-Agent", "guestpatch/1"}});
    CHECK(http.requests[0].method == "PUT");
    CHECK(http.requests[0].body == "{}");
    CHECK(http.requests[0].limit == seconds(5));
}

TEST_CASE("The first call without an answer is the last", "[courier]") {
    const auto [fault, silence] = GENERATE(table<HttpFault, Silence>({{HttpFault::refused, Silence::refused},
                                                                      {HttpFault::unreached, Silence::unreached},
                                                                      {HttpFault::untrusted, Silence::untrusted},
                                                                      {HttpFault::broken, Silence::broken}}));
    FakeHttp http({HttpAnswer{.status = 200}, std::unexpected(HttpFailure{fault, "why\n\x1b[1m not"}), HttpAnswer{.status = 200}});
    const auto replies = carry_out(with_host(calls(3)), http, "guestpatch/1");
    REQUIRE(replies.size() == 2);
    CHECK(replies[1] == Reply{.id = "1", .silence = silence, .message = "why  [1m not"});
    CHECK(http.requests.size() == 2);
}

TEST_CASE("What may not be sent is not sent", "[courier]") {
    FakeHttp http;
    const auto replies = carry_out({.url = "http://host.example", .calls = calls(3)}, http, "guestpatch/1");
    REQUIRE(replies.size() == 1);
    CHECK(replies[0].id == "0");
    CHECK(replies[0].silence == Silence::refused);
    CHECK(replies[0].message.contains("use https"));
    const auto injected = carry_out(with_host({{.id = "a", .headers = {{"X", "a\r\nb"}}}}), http, "guestpatch/1");
    CHECK(injected.at(0).silence == Silence::refused);
    CHECK(http.requests.empty());
    CHECK(carry_out({.url = "http://host.example"}, http, "guestpatch/1").empty());
}

TEST_CASE("An exchange ends when it has carried enough", "[courier]") {
    const std::string large(900'000, 'x');
    FakeHttp http(std::deque<FakeHttp::Outcome>(10, HttpAnswer{.status = 200, .body = large}));
    CHECK(carry_out(with_host(calls(10)), http, "guestpatch/1").size() == 3);
}

TEST_CASE("Whatever a server says fits between agent and courier", "[courier]") {
    const auto only = [](HttpAnswer answer) {
        FakeHttp http({std::move(answer)});
        const auto replies = carry_out(with_host(calls(1)), http, "guestpatch/1");
        CHECK(decode_replies(encode(replies)) == replies);
        return replies.at(0);
    };
    CHECK(only({.status = 200, .body = "caf\xE9"}).body == "caf\xEF\xBF\xBD");
    CHECK(only({.status = 200, .body = std::string(1U << 20U, 'x')}).status == 200);
    CHECK(only({.status = 200, .body = std::string(1U << 20U, '\xff')}).silence == Silence::broken);
    CHECK(only({.status = 200, .body = std::string("a\0b", 3)}).body == std::string("a\0b", 3));
    CHECK(only({.status = 200, .etag = std::string(2000, 'x')}).etag.empty());
    CHECK(only({.status = 200, .etag = "\"\x1b[1m\""}).etag.empty());
    CHECK(only({.status = 200, .etag = "\"\xff\""}).etag.empty());
    CHECK(only({.status = 429, .retry_after = seconds(1'000'000)}).retry_after == seconds(3600));
    CHECK(only({.status = 429, .retry_after = seconds(-3)}).retry_after == seconds(0));
    FakeHttp talkative({std::unexpected(HttpFailure{HttpFault::broken, std::string(5000, '\xff')})});
    const auto replies = carry_out(with_host(calls(1)), talkative, "guestpatch/1");
    CHECK(decode_replies(encode(replies)) == replies);
}
