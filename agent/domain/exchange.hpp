// One exchange: what the courier is to ask a peer, and what came back. Pure values; the courier knows no more than this.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "platform/base/time.hpp"

namespace guestpatch {

/// Whom an exchange is with: it decides what the courier insists on (docs/decisions/0017-courier.md).
enum class Peer {
    host,   ///< https; plain http only to loopback or a unix socket
    imds,   ///< Azure's instance metadata service, http at its one link-local address, never through a proxy
    probe,  ///< a health probe: loopback only, certificates are not looked at
};

/// What proves to the host who we are, and who it is. Contents, never paths; secrets.
struct Credentials {
    std::string ca;           ///< PEM bundle; empty: the system's
    std::string certificate;  ///< PEM, of this machine
    std::string key;          ///< PEM
    std::string bearer;       ///< token

    friend bool operator==(const Credentials&, const Credentials&) = default;
};

struct Header {
    std::string name;
    std::string value;

    friend bool operator==(const Header&, const Header&) = default;
};

/// One request. They are made in order; the first that gets no answer ends the exchange.
struct Call {
    std::string id;      ///< names the reply
    std::string method = "GET";
    std::string path;    ///< below the base URL, "/machines/..."; empty: the base itself
    std::vector<Header> headers;
    std::string body;    ///< JSON; empty: none
    seconds limit{60};   ///< for the whole request; connecting gets ten seconds of it

    friend bool operator==(const Call&, const Call&) = default;
};

struct Exchange {
    Peer peer = Peer::host;
    std::string url;     ///< base, without a slash at its end; "unix:/run/x.sock" for a socket (its requests go to http://localhost)
    Credentials credentials;
    std::vector<Call> calls;

    friend bool operator==(const Exchange&, const Exchange&) = default;
};

/// Why a call got no answer.
enum class Silence {
    none,       ///< it got one
    refused,    ///< by ourselves: the address is not one this peer may have
    unreached,  ///< no name, no route, no connection
    untrusted,  ///< its certificate, or ours, does not hold
    broken,     ///< it answered by halves, too slowly, or too much
};

/// What came of one call. `status` is 0 without an answer; `message` says why then.
struct Reply {
    std::string id;
    int status = 0;
    std::string etag;                    ///< as sent, quotes included
    std::optional<seconds> retry_after;  ///< from now, whichever way it was written; at most an hour
    std::string body;                    ///< valid UTF-8, at most 1 MiB
    Silence silence = Silence::none;
    std::string message;

    friend bool operator==(const Reply&, const Reply&) = default;
};

}  // namespace guestpatch
