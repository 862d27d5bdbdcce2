#include "platform/loopback.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>

namespace guestpatch {

bool is_loopback(const void* address, std::size_t size) {
    sockaddr_storage whole{};
    if (size > sizeof whole || size < sizeof(sa_family_t)) return false;
    std::memcpy(&whole, address, size);
    if (whole.ss_family == AF_UNIX) return true;
    if (whole.ss_family == AF_INET && size >= sizeof(sockaddr_in)) {
        sockaddr_in four{};
        std::memcpy(&four, &whole, sizeof four);
        return (ntohl(four.sin_addr.s_addr) >> 24U) == IN_LOOPBACKNET;
    }
    if (whole.ss_family == AF_INET6 && size >= sizeof(sockaddr_in6)) {
        sockaddr_in6 six{};
        std::memcpy(&six, &whole, sizeof six);
        return IN6_IS_ADDR_LOOPBACK(&six.sin6_addr) != 0;
    }
    return false;
}

}  // namespace guestpatch
