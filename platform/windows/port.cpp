#include "platform/port.hpp"

#include <winsock2.h>
// winsock2.h comes before everything that includes windows.h, and before its own extension.
#include <ws2tcpip.h>

#include <fmt/format.h>

#include "platform/windows/handle.hpp"

namespace guestpatch {
namespace {

/// The library, for as long as one call uses it.
class Winsock {
  public:
    Winsock() : refusal_(::WSAStartup(MAKEWORD(2, 2), &data_)) {}
    Winsock(const Winsock&) = delete;
    Winsock& operator=(const Winsock&) = delete;
    ~Winsock() {
        if (refusal_ == 0) ::WSACleanup();
    }

    [[nodiscard]] int refusal() const { return refusal_; }

  private:
    WSADATA data_{};
    int refusal_;
};

class Socket {
  public:
    explicit Socket(int family) : socket_(::socket(family, SOCK_STREAM, IPPROTO_TCP)) {}
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    ~Socket() {
        if (open()) ::closesocket(socket_);
    }

    [[nodiscard]] bool open() const { return socket_ != INVALID_SOCKET; }
    [[nodiscard]] SOCKET get() const { return socket_; }

  private:
    SOCKET socket_;
};

Error wsa_error(int number) { return os::system_error("connect", static_cast<DWORD>(number)); }

/// The end of a connect() that was begun. By select(): WSAPoll() did not tell of a refusal before Windows 10 2004.
int outcome_of(const Socket& socket, milliseconds at_most) {
    fd_set connected;
    fd_set refused;
    FD_ZERO(&connected);
    FD_ZERO(&refused);
    FD_SET(socket.get(), &connected);
    FD_SET(socket.get(), &refused);
    timeval limit{static_cast<long>(at_most.count() / 1000), static_cast<long>(at_most.count() % 1000 * 1000)};
    const int ready = ::select(0, nullptr, &connected, &refused, &limit);
    if (ready == 0) return WSAETIMEDOUT;
    int number = 0;
    int size = sizeof number;
    auto* const place = reinterpret_cast<char*>(&number);
    if (ready < 0 || ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, place, &size) < 0) return ::WSAGetLastError();
    return number;
}

template <class Address>
Result<void> connect_to(const Address& address, int family, milliseconds at_most) {
    const Socket socket(family);
    if (!socket.open()) return wsa_error(::WSAGetLastError());
    u_long no_waiting = 1;
    ::ioctlsocket(socket.get(), static_cast<long>(FIONBIO), &no_waiting);
    int number = 0;
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0) number = ::WSAGetLastError();
    if (number == WSAEWOULDBLOCK) number = outcome_of(socket, at_most);
    if (number == WSAETIMEDOUT) return Error{Errc::timed_out, fmt::format("no answer within {} ms", at_most.count())};
    if (number != 0) return wsa_error(number);
    return {};
}

}  // namespace

Result<void> knock(int port, milliseconds at_most) {
    if (port < 1 || port > 65535) return Error{Errc::invalid, fmt::format("{} is not a port", port)};
    const Winsock library;
    if (library.refusal() != 0) return wsa_error(library.refusal());
    sockaddr_in first{};
    first.sin_family = AF_INET;
    first.sin_port = ::htons(static_cast<u_short>(port));
    first.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
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
