// Time zones of the test's making.
#pragma once

#include <fmt/format.h>

#include <map>

#include "platform/base/text.hpp"
#include "platform/time_zone.hpp"

namespace guestpatch {

/// Knows UTC, and what a test adds; "local" is UTC until a test says otherwise.
class FakeTimeZones final : public TimeZones {
  public:
    Result<ZoneRules> find(std::string_view name, Instant, Instant) override {
        for (const auto& [known, rules] : zones) {
            if (to_lower(known) == to_lower(name)) return rules;
        }
        return Error{Errc::not_found, fmt::format("no time zone is called \"{}\"", name)};
    }

    std::map<std::string, ZoneRules, std::less<>> zones{{"UTC", utc_rules()}, {"local", utc_rules()}};
};

}  // namespace guestpatch
