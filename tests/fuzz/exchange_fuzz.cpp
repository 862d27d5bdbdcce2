// Exchanges the courier is asked to make, and what it would make of them.
#include <cstdint>

#include "agent/courier/trust.hpp"
#include "agent/wire/exchange.hpp"
#include "tests/fuzz/must.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace guestpatch;
    const std::string text(data, data + size);
    must_survive_writing(text, decode_exchange);
    const auto exchange = decode_exchange(text);
    if (!exchange) return 0;
    const auto terms = terms_of(*exchange);
    if (terms && terms->base.starts_with("http:")) {
        must(terms->addresses == Addresses::loopback || exchange->peer == Peer::imds, "nothing in the clear leaves the machine");
        must(exchange->peer != Peer::imds || exchange->credentials == Credentials{}, "nobody else sees our credentials");
    }
    if (terms && exchange->peer == Peer::host) must(terms->certificates == Certificates::verified, "a host is always verified");
    for (const Call& call : exchange->calls) (void)check(call);
    return 0;
}
