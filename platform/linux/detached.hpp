// Programs that outlive us. For this folder only.
#pragma once

#include <stop_token>

#include "platform/process.hpp"

namespace guestpatch::os {

/// ProcessRunner::launch().
Result<void> launch(const Detached& detached, const Command& command);

/// ProcessRunner::await().
Result<Completion> await(const Detached& detached, const Patience& patience, const std::stop_token& stop,
                         const OutputSink& sink);

/// ProcessRunner::whereabouts().
std::string whereabouts(const Detached& detached);

}  // namespace guestpatch::os
