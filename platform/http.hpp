// Asking HTTP servers. For the courier alone: nothing else here speaks to a network (docs/decisions/0017-courier.md).
#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "platform/base/time.hpp"

namespace guestpatch {

/// Whose addresses a request may connect to, whatever the name resolves to.
enum class Addresses {
    any,
    loopback,  ///< this machine's own, or a unix socket
};

enum class Certificates {
    verified,  ///< chain and name
    ignored,
};

enum class Proxies {
    environment,  ///< http_proxy, https_proxy, no_proxy, ...
    none,
};

/// For TLS: contents in PEM, each may be empty. Without `ca` the system's authorities count, with it only these.
struct TlsIdentity {
    std::string ca;
    std::string certificate;  ///< ours, with its intermediates
    std::string key;
};

struct HttpRequest {
    std::string method;
    std::string url;     ///< http or https; nothing else is spoken
    std::string socket;  ///< a unix socket to connect to in place of the URL's host; empty: none
    std::vector<std::pair<std::string, std::string>> headers;  ///< free of control characters: the caller sees to it
    std::string body;
    milliseconds limit{};  ///< for everything; connecting gets ten seconds of it
    Addresses addresses = Addresses::any;
    Certificates certificates = Certificates::verified;
    Proxies proxies = Proxies::none;
};

/// Any status is an answer, redirects and errors too.
struct HttpAnswer {
    int status = 0;                      ///< 100 to 599
    std::string etag;                    ///< as sent; empty: none
    std::optional<seconds> retry_after;  ///< from now, also where a date was sent; not bounded
    std::string body;                    ///< as sent, at most 1 MiB
};

/// Why there is no answer.
enum class HttpFault {
    refused,    ///< by ourselves: an address it may not connect to, or something this system cannot do
    unreached,  ///< no name, no route, no connection
    untrusted,  ///< a certificate does not hold
    broken,     ///< half an answer, none in time, or too much
};

struct HttpFailure {
    HttpFault fault = HttpFault::broken;
    std::string message;
};

/// Sends requests, one after the other, over one connection where the server keeps it. TLS 1.2 or newer. Follows no
/// redirect, keeps no cookie, reads no configuration of its own.
class Http {
  public:
    virtual ~Http() = default;

    virtual std::expected<HttpAnswer, HttpFailure> send(const HttpRequest& request) = 0;
};

/// `tls` goes for every request.
std::unique_ptr<Http> make_http(TlsIdentity tls);

/// The library behind it, its version and what it speaks TLS with: for --version.
[[nodiscard]] std::string http_library();

}  // namespace guestpatch
