// Addresses that are this machine's own.
#pragma once

#include <cstddef>

namespace guestpatch {

/// Whether a connection to this socket address (a struct sockaddr of `size` bytes) stays on this machine: 127.0.0.0/8, ::1,
/// a unix socket.
[[nodiscard]] bool is_loopback(const void* address, std::size_t size);

}  // namespace guestpatch
