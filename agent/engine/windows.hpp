// The windows of this machine: its settings, its zones, its clock.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "agent/config/settings.hpp"
#include "agent/domain/schedule.hpp"
#include "platform/seams.hpp"

namespace guestpatch {

/// What windows come from on a machine with this id.
[[nodiscard]] Schedule schedule_of(const Settings& settings, const std::string& machine_id);

/// The id of this machine: the configured one, else the operating system's.
[[nodiscard]] std::string machine_id_of(const Settings& settings, Host& host);

/// Answers questions about one schedule with the zone data of this moment.
class Windows {
  public:
    /// Reads the rules of its zones from before `now` to the end of all windows, 2100. A zone nobody knows is
    /// logged and has no windows.
    Windows(Seams seams, Schedule schedule, Instant now);

    /// The first `count` windows that close after `after`.
    [[nodiscard]] std::vector<ScheduledWindow> upcoming(Instant after, std::size_t count) const;
    /// The same of the off-peak hours alone, whatever configurations there are.
    [[nodiscard]] std::vector<ScheduledWindow> off_peak(Instant after, std::size_t count) const;

    /// What the clock on the wall says in a zone of the schedule.
    [[nodiscard]] LocalTime local(const std::string& time_zone, Instant instant) const;
    /// The same as RFC 3339 with its offset: "2026-11-21T23:00:00+01:00".
    [[nodiscard]] std::string describe(const std::string& time_zone, Instant instant) const;
    [[nodiscard]] const Schedule& schedule() const { return schedule_; }

  private:
    Schedule schedule_;
    ZoneTable zones_;
};

}  // namespace guestpatch
