#include "agent/cli/cost.hpp"

#include <fmt/format.h>

#include "platform/usage.hpp"

namespace guestpatch {

void log_cost(Log& log, std::string_view operation) {
    const Usage usage = measure_usage();
    log.debug(fmt::format("{} cost", operation),
              {{"own_cpu_ms", fmt::format("{:.2f}", static_cast<double>(usage.own_cpu.count()) / 1000)},
               {"children_cpu_ms", std::to_string(usage.children_cpu.count())},
               {"own_peak_kb", std::to_string(usage.own_peak_kb)}});
}

}  // namespace guestpatch
