#include "platform/port.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdint>
#include <limits>

#include "platform/clock.hpp"
#include "platform/linux/descriptor.hpp"

namespace guestpatch {
namespace {

using os::Descriptor;

/// The end of a connect() that was begun: 0, or what became of it as errno says it.
int outcome_of(const Descriptor& socket, milliseconds at_most) {
    const auto clocks = make_clocks();
    const BootTime end = clocks->boot() + at_most;
    pollfd waiting{socket.get(), POLLOUT, 0};
    int ready = -1;
    do {
        constexpr milliseconds longest{std::numeric_limits<int>::max()};
        const milliseconds left = std::clamp(milliseconds(end - clocks->boot()), milliseconds(0), longest);
        ready = ::poll(&waiting, 1, static_cast<int>(left.count()));
    } while (ready < 0 && errno == EINTR);
    if (ready == 0) return ETIMEDOUT;
    int number = 0;
    socklen_t size = sizeof number;
    if (ready < 0 || ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &number, &size) < 0) return errno;
    return number;
}

template <class Address>
Result<void> connect_to(const Address& address, int family, milliseconds at_most) {
    const Descriptor socket(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket.open()) return os::system_error("connect");
    int number = 0;
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0) number = errno;
    if (number == EINPROGRESS) number = outcome_of(socket, at_most);
    if (number == ETIMEDOUT) return Error{Errc::timed_out, fmt::format("no answer within {} ms", at_most.count())};
    if (number != 0) return os::system_error("connect", number);
    return {};
}

}  // namespace

Result<void> knock(int port, milliseconds at_most) {
    if (port < 1 || port > 65535) return Error{Errc::invalid, fmt::format("{} is not a port", port)};
    sockaddr_in first{};
    first.sin_family = AF_INET;
    first.sin_port = htons(static_cast<std::uint16_t>(port));
    first.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto answered = connect_to(first, AF_INET, at_most);
    if (answered) return answered;
    sockaddr_in6 second{};
    second.sin6_family = AF_INET6;
    second.sin6_port = first.sin_port;
    second.sin6_addr = in6addr_loopback;
    if (connect_to(second, AF_INET6, at_most)) return {};
    return answered;
}

}  // namespace guestpatch
