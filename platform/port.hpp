// Whether somebody listens behind a port of this machine.
#pragma once

#include "platform/base/result.hpp"
#include "platform/base/time.hpp"

namespace guestpatch {

/// Connects over TCP to 127.0.0.1 and, refused there, to ::1; hangs up at once, without a word. Nothing else is ever
/// connected to. `at_most`: for each of the two. Errc::timed_out, Errc::invalid (1 to 65535 are ports), Errc::failed
/// otherwise: what the first address said.
Result<void> knock(int port, milliseconds at_most);

}  // namespace guestpatch
