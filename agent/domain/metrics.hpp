// What a monitoring system is told of this machine. Pure values.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "agent/domain/assessment.hpp"
#include "agent/domain/health.hpp"
#include "agent/domain/patch_status.hpp"
#include "agent/domain/timetable.hpp"
#include "agent/domain/window.hpp"

namespace guestpatch {

/// What the newest assessment that saw something found, counted.
struct PendingTally {
    std::map<std::pair<Classification, Severity>, std::size_t> patches;
    std::map<HeldBack, std::size_t> held_back;
    std::optional<Instant> oldest;         ///< since when the oldest Critical or Security patch has been pending
    std::optional<Instant> metadata_time;  ///< how current the package lists were; nothing when never known

    friend bool operator==(const PendingTally&, const PendingTally&) = default;
};
[[nodiscard]] PendingTally tally(const Assessment& sight);

/// How things stand with the host. Where there is one, all of it is known.
struct HostMetrics {
    std::size_t reports_waiting = 0;
    std::size_t results_waiting = 0;
    std::size_t event_batches_waiting = 0;
    std::optional<Instant> oldest;     ///< since when the first of them has waited
    std::optional<Instant> succeeded;  ///< the last exchange that did
    int failures = 0;                  ///< exchanges in a row that did not

    friend bool operator==(const HostMetrics&, const HostMetrics&) = default;
};

/// What is not known is left out of the metrics: a zero would be a claim.
struct MetricsFacts {
    Instant now;
    std::string version;
    std::string build;  ///< commit, compiler, system
    std::string state;  ///< of the state machine, one of its names
    std::string patch_mode;
    std::string assessment_mode;
    std::string operation;  ///< the kind of the one that runs; empty: none
    std::optional<AvailablePatchSummary> assessment;
    std::optional<seconds> assessment_duration;  ///< by the boot clock
    std::optional<PendingTally> pending;
    std::optional<std::map<BlindSpotCode, std::size_t>> blind_spots;  ///< of the newest assessment
    std::optional<Compliance> compliance;                             ///< nothing: never judged
    std::optional<Instant> reboot_since;
    std::optional<InstallationSummary> installation;
    std::optional<seconds> installation_duration;
    std::optional<Health> health;  ///< the last judgement
    WindowCount windows;           ///< of the last 30 days
    std::optional<Window> next_window;
    std::optional<bool> attempt_overdue;  ///< only where patches go in by themselves
    std::optional<HostMetrics> host;      ///< only where there is one
};

}  // namespace guestpatch
