// Leave of whoever guards the fleet: for a run, and for a reboot. Pure values.
#pragma once

#include <string>

#include "agent/domain/lifecycle.hpp"
#include "agent/domain/timetable.hpp"

namespace guestpatch {

struct AdmissionRequest {
    AdmissionFor purpose = AdmissionFor::install;
    std::string activity_id;
    std::string maintenance_run_id;
    std::string update_domain;
    std::string zone;

    friend bool operator==(const AdmissionRequest&, const AdmissionRequest&) = default;
};

struct AdmissionAnswer {
    bool granted = false;
    seconds lease{};        ///< zero: as long as it takes
    seconds retry_after{};  ///< of a refusal
    std::string holder;     ///< who is in the way, where the host says so

    friend bool operator==(const AdmissionAnswer&, const AdmissionAnswer&) = default;
};

}  // namespace guestpatch
