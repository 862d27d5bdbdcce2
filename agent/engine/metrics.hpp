// The metrics of this moment, gathered from the state folder and left where a monitoring system collects them.
#pragma once

#include <optional>
#include <string>

#include "agent/config/settings.hpp"
#include "agent/domain/metrics.hpp"
#include "agent/engine/state_folder.hpp"
#include "platform/seams.hpp"

namespace guestpatch {

/// What the state folder does not know.
struct MetricsView {
    std::string version;
    std::string build;
    std::optional<HostMetrics> host;  ///< nothing: none is configured
};

/// Everything `write_metrics` tells, as things are now. Reads patchStatus, the newest assessment and installation, and the
/// timetable; asks no package manager.
[[nodiscard]] MetricsFacts gather_metrics(Seams seams, const StateFolder& state, const Settings& settings, const MetricsView& view);

/// Replaces metrics.textfile, readable for everyone; does nothing where none is configured. Errc::not_found when its folder
/// does not exist: it is the collector's, and never made. Otherwise as Files::write_volatile.
Result<void> write_metrics(Seams seams, const StateFolder& state, const Settings& settings, const MetricsView& view);

}  // namespace guestpatch
