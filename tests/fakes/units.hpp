// A service manager of the test's making.
#pragma once

#include <functional>
#include <map>
#include <optional>

#include "platform/units.hpp"

namespace guestpatch {

/// Does with its units what systemd does; `present` is false on a machine without one.
class FakeUnits final : public Units {
  public:
    Result<std::vector<UnitState>> states(const std::vector<std::string>& names) override {
        if (!present) return nobody();
        std::vector<UnitState> found;
        for (const std::string& name : names) {
            const auto unit = units.find(name);
            found.push_back(unit != units.end() ? unit->second : UnitState{name, "not-found", "inactive", ""});
        }
        return found;
    }

    Result<void> change(UnitChange change, const std::vector<std::string>& names) override {
        if (!present) return nobody();
        for (const std::string& name : names) {
            if (refusal) return *refusal;
            const auto unit = units.find(name);
            if (unit == units.end()) continue;
            apply(change, unit->second);
            ++changes;
            if (after_change) after_change();
        }
        return {};
    }

    Result<ManagerState> overview() override {
        if (!present) return nobody();
        if (refusal) return *refusal;
        ManagerState state{.booted = booted};
        for (const auto& [name, unit] : units) {
            if (unit.active == "failed") state.failed.push_back(name);
        }
        return state;
    }

    Result<void> wait_until_inactive(const std::string& name, milliseconds, std::stop_token stop) override {
        if (!present) return nobody();
        if (stop.stop_requested()) return Error{Errc::cancelled, "a stop was requested"};
        const auto unit = units.find(name);
        if (unit == units.end() || unit->second.active == "inactive" || unit->second.active == "failed") return {};
        if (!ends) return Error{Errc::timed_out, name + " still runs"};
        unit->second.active = "inactive";
        return {};
    }

    void add(const std::string& name, const std::string& file, const std::string& active) { units[name] = {name, "loaded", active, file}; }

    bool present = true;
    bool booted = true;  ///< it has started whatever it starts at boot
    bool ends = true;  ///< what runs comes to its end when somebody waits
    int changes = 0;
    std::function<void()> after_change;  ///< of one unit
    std::optional<Error> refusal;
    std::map<std::string, UnitState> units;

  private:
    static Error nobody() { return {Errc::not_found, "no service manager runs here"}; }

    void apply(UnitChange change, UnitState& unit) {
        switch (change) {
            case UnitChange::enable: if (unit.file == "disabled") unit.file = "enabled"; return;
            case UnitChange::disable: if (unit.file == "enabled") unit.file = "disabled"; return;
            case UnitChange::mask:
                if (unit.file != "masked") unmasked_[unit.name] = unit.file;
                unit.file = unit.load = "masked";
                return;
            case UnitChange::unmask:
                if (unit.file != "masked") return;
                unit.file = unmasked_.contains(unit.name) ? unmasked_[unit.name] : "static";
                unit.load = "loaded";
                return;
            case UnitChange::start: unit.active = "active"; return;
            case UnitChange::stop: unit.active = "inactive"; return;
        }
    }

    std::map<std::string, std::string> unmasked_;  ///< what the masked ones were before
};

}  // namespace guestpatch
