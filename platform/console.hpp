// The person at the other end: a terminal or not, how wide, and whether they pressed Ctrl-C.
#pragma once

#include <memory>
#include <stop_token>

namespace guestpatch {

/// What standard output and standard error are attached to.
struct Console {
    bool out_is_terminal = false;
    bool err_is_terminal = false;
    bool colors = true;  ///< false: the user asked programs not to colour (https://no-color.org)
    int columns = 80;  ///< of the terminal; 80 when there is none
};

/// Attaches standard streams that are closed to the null device: a file opened later must never become one
/// of them and receive what is printed. Writing to a stream whose reader has gone becomes an error, not our death.
/// Call it before anything opens a file.
void reserve_standard_streams();

/// Also readies a Windows console for UTF-8.
Console inspect_console();

/// While it lives, SIGINT, SIGTERM and SIGHUP (Windows: Ctrl-C, Ctrl-Break, console close) request a
/// stop instead of ending the process. Make it before any other thread: signals stay blocked in threads
/// started later.
class StopSignals {
  public:
    virtual ~StopSignals() = default;
    [[nodiscard]] virtual std::stop_token token() const = 0;
};

std::unique_ptr<StopSignals> listen_for_stop();

}  // namespace guestpatch
