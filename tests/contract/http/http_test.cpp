// What only the real Http can show without a server: where it does not connect to. What it makes of servers is shown with
// the courier around it (tests/system/test_courier.py).
#include "platform/http.hpp"

#include "platform/loopback.hpp"
#include "tests/catch.hpp"

using namespace guestpatch;

namespace {

HttpFailure failure_of(const HttpRequest& request, TlsIdentity tls = {}) {
    const auto answer = make_http(std::move(tls))->send(request);
    REQUIRE_FALSE(answer);
    CHECK_FALSE(answer.error().message.empty());
    return answer.error();
}

HttpRequest get(std::string url, Addresses addresses) {
    return {.method = "GET", .url = std::move(url), .limit = std::chrono::seconds(20), .addresses = addresses};
}

}  // namespace

TEST_CASE("where only this machine is allowed, no other is connected to, whatever its name", "[http]") {
    // Documentation's own addresses (RFC 5737, RFC 3849), and spellings of addresses that need no name server.
    const std::string url = GENERATE(as<std::string>(), "http://192.0.2.1", "https://192.0.2.1", "http://[2001:db8::1]:80",
                                     "http://3221225985", "http://0300.0.2.1", "http://0.0.0.0:1", "http://[::]:1");
    CAPTURE(url);
    const HttpFailure failure = failure_of(get(url, Addresses::loopback));
    CHECK(failure.fault == HttpFault::refused);
    CHECK(failure.message == "not a loopback address");
}

TEST_CASE("this machine itself is tried", "[http]") {
    const std::string url = GENERATE(as<std::string>(), "http://127.0.0.1:1", "http://127.9.9.9:1", "http://localhost:1");
    CAPTURE(url);
    CHECK(failure_of(get(url, Addresses::loopback)).fault == HttpFault::unreached);
}

TEST_CASE("a socket nobody listens on is not reached", "[http]") {
    HttpRequest request = get("http://localhost", Addresses::loopback);
    request.socket = "/no/such/socket";
    CHECK(failure_of(request).fault == HttpFault::unreached);
}

TEST_CASE("nothing but http and https is spoken", "[http]") {
    for (const char* url : {"file:///etc/hostname", "ftp://127.0.0.1:1/", "gopher://127.0.0.1:1/", "dict://127.0.0.1:1/"}) {
        CAPTURE(url);
        CHECK(make_http({})->send(get(url, Addresses::any)).error().fault == HttpFault::broken);
    }
}

TEST_CASE("what is no address of this machine's is not taken for one", "[http]") {
    CHECK_FALSE(is_loopback("", 0));
    CHECK_FALSE(is_loopback("\x02", 1));
    const std::string zeros(200, '\0');
    CHECK_FALSE(is_loopback(zeros.data(), 16));
    CHECK_FALSE(is_loopback(zeros.data(), 200));
}

TEST_CASE("its library says who it is", "[http]") { CHECK(http_library().starts_with("libcurl ")); }
