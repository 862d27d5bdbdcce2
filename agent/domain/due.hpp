// What the daemon does next, and until when it sleeps. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "agent/domain/schedule.hpp"
#include "agent/domain/timetable.hpp"
#include "packagers/patch.hpp"

namespace guestpatch {

/// Everything the next step depends on.
struct Situation {
    Instant now;
    Instant started;                         ///< of the daemon
    bool automatic = false;                  ///< patchMode AutomaticByPlatform
    bool assess_any_time = false;            ///< assessmentMode AutomaticByPlatform
    bool by_configuration = false;           ///< the windows are maintenance configurations': each is used
    Cadence cadence = Cadence::every_window; ///< of off-peak runs
    std::chrono::year_month month;           ///< in the zone of the off-peak hours
    seconds interval{};                      ///< between assessments
    seconds phase{};                         ///< this machine's own, stable: when in the interval
    seconds catch_up{};                      ///< a missed assessment is made up this long after the start
    std::vector<ScheduledWindow> windows;    ///< to install in; those that closed after `past.judged` too
    std::vector<ScheduledWindow> off_peak;   ///< to assess in, where no installation is due
    std::map<std::string, seconds> least;    ///< by source: what a run needs at least, one package and the reserve
    Instant scheduled_since;                 ///< the windows are these since then; before, nobody knows
    std::optional<Instant> assessed;         ///< the last successful assessment, anybody's
    bool half_blind = false;                 ///< it could not see all sources of security patches, but may soon
    bool anything_due = false;               ///< it saw Critical or Security patches that can go in, or a reboot outstanding
    std::optional<WindowOutcome> hindrance;  ///< on battery, metered
    Timetable past;
};

/// Sleep, at most until then; for ever without it.
struct WaitUntil {
    std::optional<Instant> at;

    friend bool operator==(const WaitUntil&, const WaitUntil&) = default;
};
struct AssessNow {
    friend bool operator==(const AssessNow&, const AssessNow&) = default;
};
struct InstallNow {
    ScheduledWindow window;

    friend bool operator==(const InstallNow&, const InstallNow&) = default;
};
using Due = std::variant<WaitUntil, AssessNow, InstallNow>;

struct Decision {
    Due due;
    std::vector<WindowRecord> records;  ///< what became of windows: to be remembered first
};

[[nodiscard]] Decision decide(const Situation& situation);

/// When the next assessment that no window asks for is due; nothing: never.
[[nodiscard]] std::optional<Instant> next_assessment(const Situation& situation);

/// Whether a source of security patches could not be seen, for a reason that may be gone in an hour.
[[nodiscard]] bool is_half_blind(const std::vector<BlindSpot>& blind_spots);

/// Why no installation has been tried for `attempt_within` although one of `pending` waits that long; nothing when one
/// was, or nothing does. In the operator's words: "powered off in 12 windows".
[[nodiscard]] std::optional<std::string> attempt_overdue(const std::vector<Patch>& pending, const Timetable& timetable,
                                                         seconds attempt_within, Instant now);

/// How soon an assessment that saw nothing is tried again.
[[nodiscard]] seconds retry_delay(int failures, seconds interval);

/// How often somebody looks whether mains or network are back while a window is open.
constexpr seconds hindrance_interval = std::chrono::minutes(15);

}  // namespace guestpatch
