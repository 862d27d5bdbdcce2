// guestpatch.prom: the Prometheus text format, for node_exporter's textfile collector. Only ever written.
#pragma once

#include <string>

#include "agent/domain/metrics.hpp"

namespace guestpatch {

/// Text exposition format 0.0.4, families in a fixed order; docs/usage/metrics.md lists them. Every series of a family
/// that is known is there, those of other values as 0.
[[nodiscard]] std::string encode_metrics(const MetricsFacts& facts);

}  // namespace guestpatch
