// The agent's side of an exchange: starts the courier, and takes its word for hostile.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "agent/domain/exchange.hpp"
#include "platform/base/result.hpp"
#include "platform/base/time.hpp"
#include "platform/files.hpp"
#include "platform/process.hpp"

namespace guestpatch {

/// Starts one courier for each exchange (docs/decisions/0017-courier.md). Calls from several threads at once are allowed.
class Courier {
  public:
    /// `program` runs as `user`; empty: as ourselves. `processes` is borrowed.
    Courier(ProcessRunner& processes, Path program, std::string user);

    /// The replies to the first calls, in their order; fewer than there are calls when one of them got no answer, or when
    /// the courier had carried as much as it carries at once. A call that got no answer is a reply, not an error.
    /// Errc::not_found when the program or its user is missing: the message says what helps. Errc::timed_out after
    /// `at_most`, Errc::cancelled on a stop request: the calls may have been made all the same. Errc::failed, Errc::invalid
    /// when the courier itself fails or talks nonsense.
    Result<std::vector<Reply>> exchange(const Exchange& exchange, milliseconds at_most, std::stop_token stop) const;

  private:
    ProcessRunner& processes_;
    Path program_;
    std::string user_;
};

}  // namespace guestpatch
