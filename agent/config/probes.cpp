#include "agent/config/probes.hpp"

#include <algorithm>
#include <array>

namespace guestpatch {
namespace {

constexpr std::array<std::string_view, 3> members{"protocol", "port", "requestPath"};
/// In the order of ProbeProtocol.
constexpr std::array<std::string_view, 3> protocols{"tcp", "http", "https"};

Result<ProbeProtocol> parse_protocol(std::string_view text) {
    const auto word = word_of(protocols, text);
    if (!word) return word.error();
    return static_cast<ProbeProtocol>(std::ranges::find(protocols, *word) - protocols.begin());
}

Result<std::string> parse_request_path(std::string_view text) {
    const auto odd = [](char c) { return static_cast<unsigned char>(c) <= ' ' || static_cast<unsigned char>(c) >= 0x7f; };
    if (text.starts_with('/') && std::ranges::none_of(text, odd)) return std::string(text);
    return Error{Errc::invalid, fmt::format("\"{}\" is not a path such as /healthz", text)};
}

}  // namespace

ProbeReading read_probe(const Json& object) {
    ProbeReading reading;
    const ObjectReader in(object, "", reading);
    in.warn_of_others(members);
    in.require("protocol");
    in.require("port");
    HealthProbe probe;
    probe.protocol = in.parsed("protocol", parse_protocol).value_or(ProbeProtocol::tcp);
    probe.port = static_cast<int>(in.number("port", 1, 65535).value_or(0));
    if (auto path = in.parsed("requestPath", parse_request_path)) {
        probe.request_path = std::move(*path);
        if (probe.protocol == ProbeProtocol::tcp) in.warn("requestPath", "ignored: a tcp probe asks for no path");
    }
    if (reading.errors.empty()) reading.probe = std::move(probe);
    return reading;
}

}  // namespace guestpatch
