// Whether the machine does what it is there for, before and after patches went in. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/time.hpp"

namespace guestpatch {

enum class HealthState {
    unknown,       ///< nobody could tell: no service manager, a probe that could not be made
    initializing,  ///< it comes up, and its grace period has not passed
    healthy,
    unhealthy,
};

/// One judgement. `failed_units` of the one before are no news in the one after.
struct Health {
    HealthState state = HealthState::unknown;
    std::vector<std::string> reasons;  ///< in the operator's words; empty when healthy
    std::vector<std::string> failed_units;
    Instant at;

    friend bool operator==(const Health&, const Health&) = default;
};

enum class ProbeProtocol { tcp, http, https };

/// A door on loopback that must answer: a connection, or a status from 200 to 399.
struct HealthProbe {
    ProbeProtocol protocol = ProbeProtocol::tcp;
    int port = 0;
    std::string request_path = "/";  ///< http and https

    friend bool operator==(const HealthProbe&, const HealthProbe&) = default;
};
/// "tcp 127.0.0.1:22", "http 127.0.0.1:8080/healthz": for reasons.
[[nodiscard]] std::string describe(const HealthProbe& probe);

/// Answers that were got of the machine.
struct HealthFacts {
    bool managed = false;                   ///< a service manager could be asked
    bool booted = false;                    ///< its boot target was reached
    std::vector<std::string> failed_units;  ///< as it names them
    std::vector<std::string> unsound;       ///< packages that are not fully installed
    std::vector<std::string> refused;       ///< probes and the command, each with what it said
    std::vector<std::string> unasked;       ///< likewise, that could not be made at all
    int well = 0;                           ///< probes and the command, those that found nothing wrong
};

/// What may still come right by itself is excused for a while.
enum class Grace { given, over };

/// `before`: the judgement this one is compared with; without one, no failed unit is held against the machine. Whatever is
/// bad decides; then what may still come (initializing, while grace is given); then what could not be asked (unknown).
/// A package that is not fully installed, or a unit that failed, does not come right by itself: that is never excused.
/// Without a service manager the probes and the command alone tell; without those as well nobody does: unknown.
[[nodiscard]] Health judge_health(const HealthFacts& facts, const std::optional<Health>& before, Grace grace, Instant now);

}  // namespace guestpatch
