#include "agent/courier/trust.hpp"

#include "tests/catch.hpp"

using namespace guestpatch;

namespace {

Result<Terms> of(Peer peer, std::string url, Credentials credentials = {}) {
    return terms_of({.peer = peer, .url = std::move(url), .credentials = std::move(credentials)});
}

}  // namespace

TEST_CASE("A host has https, verified, wherever it is", "[courier]") {
    const std::string url = GENERATE(as<std::string>(), "https://host.example", "https://host.example:8443/guestpatch/v1",
                                     "HTTPS://Host_1.example/", "https://10.0.0.1", "https://[2001:db8::1]:443/a",
                                     "https://host.example/fleet.json?sig=a%2Fb&x=1", "https://127.0.0.1.example");
    CAPTURE(url);
    CHECK(of(Peer::host, url, {.ca = "ca", .bearer = "a.b-c_d~e+f/g="}) ==
          Terms{.base = url, .addresses = Addresses::any, .certificates = Certificates::verified, .proxies = Proxies::environment});
}

TEST_CASE("A host on this machine may speak plain http, and no proxy hears of it", "[courier]") {
    const std::string url = GENERATE(as<std::string>(), "http://localhost", "http://LOCALHOST:8080/x", "http://127.0.0.1",
                                     "http://127.255.0.254:1/", "http://[::1]:65535/", "https://localhost:1", "https://[::1]");
    CAPTURE(url);
    CHECK(of(Peer::host, url, {.bearer = "token"}) ==
          Terms{.base = url, .addresses = Addresses::loopback, .certificates = Certificates::verified, .proxies = Proxies::none});
}

TEST_CASE("Plain http to anywhere else is refused, however it is dressed up", "[courier]") {
    const std::string url = GENERATE(as<std::string>(), "http://host.example", "http://10.0.0.1", "http://128.0.0.1",
                                     "http://localhost.example", "http://localhost.", "http://127.0.0.1.example",
                                     "http://127.1", "http://2130706433", "http://0127.0.0.1", "http://127.0.0.01",
                                     "http://127.0.0.1.", "http://127.0.0.1.1", "http://127.0.0.256", "http://127.0..1",
                                     "http://0x7f.0.0.1", "http://[::2]", "http://[::ffff:127.0.0.1]", "http://0.0.0.0",
                                     "http://169.254.169.254");
    CAPTURE(url);
    const auto terms = of(Peer::host, url);
    REQUIRE_FALSE(terms);
    CHECK(terms.error().code == Errc::permission);
    CHECK(terms.error().message ==
          url + ": plain http goes to localhost, 127.0.0.0/8, [::1] or a unix socket only; use https");
}

TEST_CASE("What two parsers could read in two ways is no address", "[courier]") {
    const std::string url =
        GENERATE(as<std::string>(), "", "host.example", "ftp://host.example", "file:///etc/passwd", "https://", "https:///x",
                 "https://user@host.example", "https://user:secret@host.example", "https://a b", "https://host.example/a b",
                 "https://host.example\\@evil.example", "https://host.example#@evil.example", "https://host.example/#x",
                 "https://h\xC3\xA9.example", "https://host.example\n", "https://%6cocalhost", "https://host.example:",
                 "https://host.example:0", "https://host.example:65536", "https://host.example:80:80", "https://[::1",
                 "https://[::1]x", "https://[fe80::1%25eth0]", "http://localhost:80@evil.example", "https://host.example\t");
    CAPTURE(url);
    const auto terms = of(Peer::host, url);
    REQUIRE_FALSE(terms);
    CHECK(terms.error().code == Errc::permission);
    CHECK_FALSE(of(Peer::host, "https://" + std::string(5000, 'a')));
}

TEST_CASE("A host may be behind a unix socket", "[courier]") {
    CHECK(of(Peer::host, "unix:/run/host.sock", {.bearer = "t"}) ==
          Terms{.base = "http://localhost", .socket = "/run/host.sock", .addresses = Addresses::loopback});
    CHECK_FALSE(of(Peer::host, "unix:"));
    CHECK_FALSE(of(Peer::host, "unix:host.sock"));
    CHECK_FALSE(of(Peer::host, "unix:/" + std::string(107, 'x')));
    CHECK_FALSE(of(Peer::host, std::string("unix:/a\0b", 9)));
    CHECK_FALSE(of(Peer::probe, "unix:/run/host.sock"));
    CHECK_FALSE(of(Peer::imds, "unix:/run/host.sock"));
}

TEST_CASE("The metadata service has one address, and no proxy", "[courier]") {
    CHECK(of(Peer::imds, "http://169.254.169.254") == Terms{.base = "http://169.254.169.254", .proxies = Proxies::none});
    for (const char* url : {"http://169.254.169.254/", "https://169.254.169.254", "http://169.254.169.254:80",
                            "http://169.254.169.253", "http://169.254.169.254.example", "http://localhost"}) {
        CAPTURE(url);
        CHECK_FALSE(of(Peer::imds, url));
    }
}

TEST_CASE("A probe stays on the machine and does not look at certificates", "[courier]") {
    const std::string url = GENERATE(as<std::string>(), "http://127.0.0.1:80", "https://localhost:8443", "https://[::1]");
    CHECK(of(Peer::probe, url) ==
          Terms{.base = url, .addresses = Addresses::loopback, .certificates = Certificates::ignored, .proxies = Proxies::none});
    CHECK_FALSE(of(Peer::probe, "https://host.example"));
    CHECK_FALSE(of(Peer::probe, "http://10.0.0.1"));
}

TEST_CASE("Nobody but a host is sent credentials", "[courier]") {
    for (const Credentials& credentials : {Credentials{.ca = "x"}, Credentials{.certificate = "x"}, Credentials{.key = "x"},
                                           Credentials{.bearer = "x"}}) {
        CHECK(of(Peer::host, "https://host.example", credentials).has_value());
        CHECK_FALSE(of(Peer::imds, "http://169.254.169.254", credentials));
        CHECK_FALSE(of(Peer::probe, "http://127.0.0.1", credentials));
    }
}

TEST_CASE("A token with a line end in it is not sent, and not repeated", "[courier]") {
    for (const char* token : {"S3CRET\r\nX", "S3CRET X", "S3CRET\t", "S3CRET\xC3\xB6", "S3CRET\n", "\"S3CRET"}) {
        const auto terms = of(Peer::host, "https://host.example", {.bearer = token});
        REQUIRE_FALSE(terms);
        CHECK_FALSE(terms.error().message.contains("S3CRET"));
    }
}

TEST_CASE("A call says no more than it means", "[courier]") {
    CHECK(check({.id = "a", .path = "/metadata/instance/compute?api-version=2021-12-13", .headers = {{"Metadata", "true"}}}));
    CHECK(check({.id = "a", .method = "PUT", .path = "/x", .body = "{}"}));
    CHECK(check({.id = "a", .method = "POST", .headers = {{"Empty", ""}}}));
    for (const char* method : {"", "get", "DELETE", "CONNECT", "GET /x HTTP/1.1\r\nX:"}) {
        CHECK_FALSE(check({.id = "a", .method = method}));
    }
    for (const char* path : {"x", "/a b", "/a\r\nX: y", "/a#b", "@evil.example", ":80", ".example", "/\xC3\xA9", "//\\"}) {
        CAPTURE(path);
        CHECK_FALSE(check({.id = "a", .path = path}));
    }
    for (const char* name : {"", "X Y", "X:", "X\r\n", "\xC3\xA9"}) CHECK_FALSE(check({.id = "a", .headers = {{name, "v"}}}));
    for (const char* value : {"a\r\nX: y", "a\n", "\x7f", "\t"}) {
        CHECK_FALSE(check({.id = "a", .headers = {{"X", value}}}));
    }
    CHECK_FALSE(check({.id = "a", .headers = {{"X", std::string("a\0b", 3)}}}));
    CHECK_FALSE(check({.id = "a", .body = "{}"}));
}
