// What the daemon has tried, and which windows it could use: survives restarts. Pure values.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/domain/window.hpp"
#include "platform/base/time.hpp"

namespace guestpatch {

/// What became of a window. All but `met` are missed ones; those that hinder only for a while may still become `met`.
enum class WindowOutcome {
    met,          ///< an installation began in it, or nothing was to be installed
    powered_off,  ///< nobody was there: the machine, or the service, did not run
    too_short,    ///< not even one package would have fitted
    on_battery,
    metered,      ///< the network is paid for by volume
    blind,        ///< nothing could be assessed, or a source of security patches could not be seen
    busy,         ///< another operation, or one that failed again and again, took all of it
    not_admitted, ///< whoever guards the fleet did not let it begin, or could not be asked
    unhealthy,    ///< the machine was not well enough
};

/// "powered off", "on battery": for the operator.
[[nodiscard]] std::string_view describe(WindowOutcome cause);

struct WindowRecord {
    Window window;
    std::string source;
    WindowOutcome outcome = WindowOutcome::met;

    friend bool operator==(const WindowRecord&, const WindowRecord&) = default;
};

/// The rollout of a month, where the cadence is monthly.
struct Rollout {
    std::chrono::year_month month;
    bool complete = false;  ///< everything intended is in: nothing more before the next month

    friend bool operator==(const Rollout&, const Rollout&) = default;
};

struct Timetable {
    std::optional<Instant> tried;       ///< when the last assessment of the daemon's own began
    int failures = 0;                   ///< assessments in a row that saw nothing
    std::optional<Instant> attempted;   ///< when the last automatic installation began
    std::optional<Instant> judged;      ///< windows that closed before this have their record
    std::optional<Instant> not_before;  ///< a run that was turned away is tried again then
    std::vector<std::string> turned_away;  ///< documents of the last try that came to nothing: "installations/<id>"
    std::vector<WindowRecord> windows;  ///< oldest first, of the last `record_keep`
    std::optional<Rollout> rollout;

    friend bool operator==(const Timetable&, const Timetable&) = default;
};

/// As long as the longest question about them: attemptWithin and the 30 days of `status`.
constexpr seconds record_keep = std::chrono::days(90);

/// The longest anybody is turned away: what would be later, a clock that was wrong has written.
constexpr seconds longest_turn_away = std::chrono::hours(8);

/// Puts a record in its place, instead of an earlier one of the same window; forgets the oldest, and those of windows that
/// have not opened yet: a clock that was ahead has left them.
void remember(Timetable& timetable, const WindowRecord& record, Instant now);

/// Whether nothing more is tried in a window with this record.
[[nodiscard]] bool is_settled(const WindowRecord& record);

[[nodiscard]] const WindowRecord* find_record(const Timetable& timetable, const ScheduledWindow& window);

struct WindowCount {
    int met = 0;
    int missed = 0;

    friend bool operator==(const WindowCount&, const WindowCount&) = default;
};
/// Of the windows that opened at or after `since`.
[[nodiscard]] WindowCount count_windows(const Timetable& timetable, Instant since);

}  // namespace guestpatch
