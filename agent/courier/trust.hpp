// Whom the courier speaks to, and on what terms: decided before anything is sent, from the request's text alone.
#pragma once

#include <string>

#include "agent/wire/exchange.hpp"
#include "platform/base/result.hpp"
#include "platform/http.hpp"

namespace guestpatch {

/// The terms of one exchange.
struct Terms {
    std::string base;    ///< what the paths are appended to
    std::string socket;  ///< a unix socket; empty: none
    Addresses addresses = Addresses::any;
    Certificates certificates = Certificates::verified;
    Proxies proxies = Proxies::none;

    friend bool operator==(const Terms&, const Terms&) = default;
};

/// Errc::permission, with the reason, when this peer may not have this address, or not these credentials.
Result<Terms> terms_of(const Exchange& exchange);

/// Errc::invalid for a method, path or header that could mean something else to a server than to us.
Result<void> check(const Call& call);

}  // namespace guestpatch
