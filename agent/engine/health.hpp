// Looking at the machine: its services, its probes, its own check.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "agent/domain/health.hpp"
#include "agent/engine/machine.hpp"
#include "packagers/package_manager.hpp"
#include "platform/port.hpp"

namespace guestpatch {

/// Sleeps; a stop request ends it.
void pause(milliseconds length, const std::stop_token& stop);

/// What a look needs besides the machine's seams and its courier, which takes the http and https probes.
struct HealthDoors {
    std::function<Result<void>(int port, milliseconds at_most)> knock = guestpatch::knock;
    std::function<void(milliseconds, const std::stop_token&)> pause = guestpatch::pause;
};

/// When a look is taken: that decides how long it waits for what may still come.
enum class HealthLook {
    before,              ///< once; grace only for a machine that has just started
    after_installation,  ///< what was restarted may take the grace period
    after_reboot,        ///< and so may the machine
};

struct HealthQuestion {
    HealthLook look = HealthLook::before;
    std::optional<Health> before{};          ///< the judgement to compare with; before a run: the one after the last run
    std::vector<std::string> unsound{};      ///< packages that are not fully installed, as the caller has just been told
    std::vector<std::string> environment{};  ///< "NAME=value", for the command, as hooks have it
};

/// Looks once; after an installation or a reboot again and again, with pauses from 1 s to 30 s, for as long as something may
/// still come: at most the configured grace period from the first look, never beyond the deadline of `context`, and not
/// after a stop request (the last judgement stands then: initializing).
Health look_at_health(const Machine& machine, const HealthDoors& doors, const HealthQuestion& question, Context& context);

}  // namespace guestpatch
