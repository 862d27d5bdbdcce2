#include "agent/config/host_url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "platform/base/text.hpp"

namespace guestpatch {
namespace {

/// A whole number of digits alone, without more than one leading zero.
bool is_number(std::string_view digits, unsigned most) {
    unsigned number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    const bool padded = digits.size() > 1 && digits.front() == '0';
    return error == std::errc() && end == digits.data() + digits.size() && !padded && number <= most;
}

bool is_name(std::string_view host) {
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
    };
    return !host.empty() && std::ranges::all_of(to_lower(host), fits);
}

/// Only literals: what a name leads to, somebody else decides; `localhost` is this machine's own affair.
bool is_loopback(std::string_view host) {
    if (host == "[::1]" || to_lower(host) == "localhost") return true;
    if (std::ranges::count(host, '.') != 3 || !host.starts_with("127.")) return false;
    for (std::string_view rest = host; !rest.empty();) {
        if (!is_number(take_until(rest, '.'), 255)) return false;
    }
    return !host.ends_with('.');
}

struct Authority {
    std::string_view host;
    std::string_view port;
    bool sound = false;
};

Authority authority_of(std::string_view text) {
    if (text.starts_with('[')) {
        const std::size_t end = text.find(']');
        if (end == std::string_view::npos) return {};
        const std::string_view literal = text.substr(1, end - 1);
        const bool sound = !literal.empty() && literal.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos;
        const std::string_view rest = text.substr(end + 1);
        return {text.substr(0, end + 1), rest.empty() ? "" : rest.substr(1), sound && (rest.empty() || rest.starts_with(':'))};
    }
    const std::size_t colon = text.find(':');
    const std::string_view host = text.substr(0, colon);
    const bool has_port = colon != std::string_view::npos;
    return {host, has_port ? text.substr(colon + 1) : "", is_name(host) && !(has_port && colon + 1 == text.size())};
}

Error refuse(std::string_view text, std::string_view why) {
    return {Errc::invalid, fmt::format("\"{}\": {}", text, why)};
}

}  // namespace

Result<std::string> parse_host_url(std::string_view text) {
    std::string_view url = text;
    while (url.ends_with('/')) url.remove_suffix(1);
    const auto odd = [](char c) {
        const bool printable = static_cast<unsigned char>(c) > ' ' && static_cast<unsigned char>(c) < 0x7f;
        return !printable || std::string_view("\\\"<>").find(c) != std::string_view::npos;
    };
    if (std::ranges::any_of(url, odd)) return refuse(text, "has characters that no address has");
    if (url.find_first_of("?#") != std::string_view::npos) return refuse(text, "expected no query and no fragment");
    if (url.starts_with("unix:")) {
        if (url.starts_with("unix:/")) return std::string(url);
        return refuse(text, "expected a path after unix:, such as unix:/run/host.sock");
    }
    const bool plain = url.starts_with("http://");
    if (!plain && !url.starts_with("https://")) {
        return refuse(text, "expected https://..., http:// to this machine itself, or unix:/path");
    }
    std::string_view rest = url.substr(url.find("//") + 2);
    const std::string_view place = take_until(rest, '/');
    if (place.find('@') != std::string_view::npos) {
        return refuse(text, "expected no name and no password; see host.bearerTokenFile");
    }
    const Authority authority = authority_of(place);
    if (!authority.sound) return refuse(text, "expected a host name or address, and perhaps a port");
    const bool port_fits = authority.port.empty() || (is_number(authority.port, 65535) && authority.port != "0");
    if (!port_fits) return refuse(text, "expected a port from 1 to 65535");
    if (plain && !is_loopback(authority.host)) {
        return refuse(text, "expected https: plain http goes to this machine itself alone");
    }
    return std::string(url);
}

}  // namespace guestpatch
