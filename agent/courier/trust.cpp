#include "agent/courier/trust.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "platform/base/text.hpp"

namespace guestpatch {
namespace {

constexpr std::string_view unix_scheme = "unix:";
constexpr std::string_view metadata_service = "http://169.254.169.254";
constexpr std::size_t longest_socket_path = 107;  // sun_path without its NUL
constexpr std::size_t longest_url = 4096;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Of letters, digits and `others` alone.
bool made_of(std::string_view text, std::string_view others) {
    return std::ranges::all_of(text, [&](char c) { return is_letter(c) || is_digit(c) || others.contains(c); });
}

struct Address {
    std::string scheme;  ///< "http" or "https"
    std::string host;    ///< without brackets
    bool v6 = false;     ///< it had brackets
};

/// "1" to "65535".
bool is_port(std::string_view text) {
    return !text.empty() && text.size() <= 5 && std::ranges::all_of(text, is_digit) && std::stoi(std::string(text)) <= 65535 &&
           text != "0";
}

/// What may follow the host: nothing two parsers could read in two ways. No fragment, no blanks, no backslash.
bool is_plain_path(std::string_view text) {
    return text.empty() || ((text.starts_with('/') || text.starts_with('?')) && made_of(text, "/?-._~:@!$&'()*+,;=%[]"));
}

/// A URL in the narrow grammar that every parser reads alike: no user, no escapes in the host.
std::optional<Address> read_url(std::string_view url) {
    if (url.size() > longest_url) return std::nullopt;
    Address address;
    const std::size_t scheme_end = url.find("://");
    if (scheme_end == std::string_view::npos) return std::nullopt;
    address.scheme = to_lower(url.substr(0, scheme_end));
    if (address.scheme != "http" && address.scheme != "https") return std::nullopt;
    url.remove_prefix(scheme_end + 3);
    const std::size_t authority_end = std::min(url.find_first_of("/?"), url.size());
    std::string_view authority = url.substr(0, authority_end);
    if (!is_plain_path(url.substr(authority_end))) return std::nullopt;
    address.v6 = authority.starts_with('[');
    if (address.v6) {
        const std::size_t bracket = authority.find(']');
        if (bracket == std::string_view::npos) return std::nullopt;
        address.host = authority.substr(1, bracket - 1);
        authority.remove_prefix(bracket + 1);
    } else {
        const std::size_t colon = std::min(authority.find(':'), authority.size());
        address.host = authority.substr(0, colon);
        authority.remove_prefix(colon);
    }
    if (!authority.empty() && (authority.front() != ':' || !is_port(authority.substr(1)))) return std::nullopt;
    if (address.host.empty() || !made_of(address.host, address.v6 ? ":." : "-._")) return std::nullopt;
    return address;
}

/// As people write it. Where the connection really goes is looked at once more when it is made.
bool is_loopback_name(const Address& address) {
    if (address.v6) return address.host == "::1";
    if (to_lower(address.host) == "localhost") return true;
    std::string_view rest = address.host;
    std::size_t numbers = 0;
    for (; !rest.empty() && numbers < 4; ++numbers) {
        const std::string_view number = take_until(rest, '.');
        // A leading zero means octal to some.
        const bool plain = !number.empty() && number.size() <= 3 && std::ranges::all_of(number, is_digit) &&
                           (number.size() == 1 || number.front() != '0') && std::stoi(std::string(number)) <= 255;
        if (!plain || (numbers == 0 && number != "127")) return false;
    }
    return numbers == 4 && rest.empty() && !address.host.ends_with('.');
}

Error refusal(std::string_view url, std::string_view why) {
    return {Errc::permission, fmt::format("{}: {}", url.substr(0, 200), why)};
}

Result<Terms> socket_terms(const Exchange& exchange) {
    const std::string path = exchange.url.substr(unix_scheme.size());
    if (exchange.peer != Peer::host) return refusal(exchange.url, "a socket is only for a host");
    if (!path.starts_with('/') || path.size() > longest_socket_path || path.contains('\0')) {
        return refusal(exchange.url, fmt::format("not the path of a socket: it begins with / and has at most {} bytes",
                                                 longest_socket_path));
    }
    return Terms{.base = "http://localhost", .socket = path, .addresses = Addresses::loopback};
}

Result<Terms> host_terms(const std::string& url, const Address& address) {
    const bool inside = is_loopback_name(address);
    if (address.scheme == "http" && !inside) {
        return refusal(url, "plain http goes to localhost, 127.0.0.0/8, [::1] or a unix socket only; use https");
    }
    return Terms{.base = url,
                 .addresses = inside ? Addresses::loopback : Addresses::any,
                 .proxies = inside ? Proxies::none : Proxies::environment};
}

Result<Terms> probe_terms(const Exchange& exchange, const Address& address) {
    if (!is_loopback_name(address)) return refusal(exchange.url, "a health probe goes to this machine alone");
    return Terms{.base = exchange.url, .addresses = Addresses::loopback, .certificates = Certificates::ignored};
}

bool is_text(std::string_view text) {
    return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

}  // namespace

Result<Terms> terms_of(const Exchange& exchange) {
    if (exchange.peer != Peer::host && exchange.credentials != Credentials{}) {
        return refusal(exchange.url, "credentials are for a host only");
    }
    // What goes into a header stays in it; and no token has blanks.
    if (!made_of(exchange.credentials.bearer, "-._~+/=")) {
        return refusal(exchange.url, "the bearer token has characters no token has");
    }
    if (exchange.peer == Peer::imds) {
        if (exchange.url == metadata_service) return Terms{.base = exchange.url};
        return refusal(exchange.url, fmt::format("the instance metadata service is at {}", metadata_service));
    }
    if (exchange.url.starts_with(unix_scheme)) return socket_terms(exchange);
    const auto address = read_url(exchange.url);
    if (!address) return refusal(exchange.url, "not an http or https address without user, fragment and blanks");
    return exchange.peer == Peer::host ? host_terms(exchange.url, *address) : probe_terms(exchange, *address);
}

Result<void> check(const Call& call) {
    constexpr std::array<std::string_view, 3> methods{"GET", "PUT", "POST"};
    if (std::ranges::find(methods, std::string_view(call.method)) == methods.end()) {
        return Error{Errc::invalid, "the method is none of GET, PUT and POST"};
    }
    if (call.method == "GET" && !call.body.empty()) return Error{Errc::invalid, "a GET with a body"};
    if (!is_plain_path(call.path) || call.path.size() > longest_url) {
        return Error{Errc::invalid, "the path does not begin with /, or has characters that must be escaped"};
    }
    for (const Header& header : call.headers) {
        if (header.name.empty() || !made_of(header.name, "-")) return Error{Errc::invalid, "not the name of a header"};
        if (!is_text(header.value)) return Error{Errc::invalid, fmt::format("{}: a control character", header.name)};
    }
    return {};
}

}  // namespace guestpatch
