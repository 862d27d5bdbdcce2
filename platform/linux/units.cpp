#include "platform/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "platform/linux/bus.hpp"
#include "platform/linux/transient_service.hpp"

namespace guestpatch {
namespace {

using os::Bus;
using os::Call;
using os::Message;
using os::Peer;

constexpr const char* service = "org.freedesktop.systemd1";
constexpr Peer manager{service, "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager"};
constexpr milliseconds reload_limit{120'000};  // systemd runs its generators
constexpr milliseconds job_limit{100'000};     // DefaultTimeoutStopSec= is 90 s; what does not end by then is killed

Result<Bus> reach() {
    if (!os::systemd_runs()) return Error{Errc::not_found, "no service manager runs here"};
    return os::open_bus_to_systemd();
}

/// Where a unit is found on the bus, also one that does not exist.
Result<std::string> object_of(sd_bus* bus, const std::string& name) {
    const auto answer = Call(bus, manager, "LoadUnit").add("s", name.c_str()).send();
    if (!answer) return answer.error();
    const char* path = nullptr;
    const int outcome = ::sd_bus_message_read(answer->get(), "o", &path);
    if (outcome < 0) return Error{Errc::failed, "systemd: LoadUnit: unexpected answer"};
    return std::string(path);
}

Result<std::string> read_of_unit(sd_bus* bus, const std::string& object, const char* property) {
    return os::read_property(bus, {service, object.c_str(), "org.freedesktop.systemd1.Unit"}, property);
}

/// From the disk: the unit's own property is as old as the last reload.
Result<std::string> file_state(sd_bus* bus, const std::string& name) {
    const auto answer = Call(bus, manager, "GetUnitFileState").add("s", name.c_str()).send();
    if (!answer) return answer.error().code == Errc::not_found ? Result<std::string>("") : answer.error();
    const char* state = nullptr;
    const int outcome = ::sd_bus_message_read(answer->get(), "s", &state);
    if (outcome < 0) return Error{Errc::failed, "systemd: GetUnitFileState: unexpected answer"};
    return std::string(state);
}

Result<UnitState> state_of(sd_bus* bus, const std::string& name) {
    const auto object = object_of(bus, name);
    if (!object) return object.error();
    auto load = read_of_unit(bus, *object, "LoadState");
    if (!load) return load.error();
    auto active = read_of_unit(bus, *object, "ActiveState");
    if (!active) return active.error();
    auto file = file_state(bus, name);
    if (!file) return file.error();
    return UnitState{name, std::move(*load), std::move(*active), std::move(*file)};
}

/// Those of them that exist.
Result<std::vector<std::string>> existing(sd_bus* bus, const std::vector<std::string>& names) {
    std::vector<std::string> found;
    for (const std::string& name : names) {
        const auto state = state_of(bus, name);
        if (!state) return state.error().within(name);
        if (state->load != "not-found") found.push_back(name);
    }
    return found;
}

/// Makes and removes links in /etc/systemd/system, and tells systemd to look at them.
Result<void> change_files(sd_bus* bus, UnitChange change, const std::vector<std::string>& names) {
    const char* method = change == UnitChange::enable    ? "EnableUnitFiles"
                         : change == UnitChange::disable ? "DisableUnitFiles"
                         : change == UnitChange::mask    ? "MaskUnitFiles"
                                                         : "UnmaskUnitFiles";
    Call call(bus, manager, method);
    call.add(names).add("b", 0);  // not for this boot only
    if (change == UnitChange::enable || change == UnitChange::mask) call.add("b", 0);  // not against the administrator
    if (const auto answer = call.send(); !answer) return answer.error();
    if (const auto answer = Call(bus, manager, "Reload").send(reload_limit); !answer) return answer.error();
    return {};
}

/// The end of one job: systemd says it once, to those who subscribed before.
class JobEnd {
  public:
    Result<void> subscribe(sd_bus* bus) {
        if (const auto answer = Call(bus, manager, "Subscribe").send(); !answer) return answer.error();
        return os::listen(bus, fmt::format("type='signal',sender='{}',interface='{}',member='JobRemoved'", service,
                                           manager.interface), heard_);
    }

    /// "done", "failed", "timeout", ...
    Result<std::string> wait(sd_bus* bus, const std::string& job) {
        const auto ended = [&] { return ended_.contains(job); };
        if (auto waited = os::wait_for(bus, ended, job_limit, {}); !waited) return waited.error();
        return ended_.at(job);
    }

  private:
    std::map<std::string, std::string> ended_;
    std::function<void(sd_bus_message*)> heard_ = [this](sd_bus_message* message) {
        const char* job = nullptr;
        const char* result = nullptr;
        if (::sd_bus_message_read(message, "uoss", nullptr, &job, nullptr, &result) >= 0) ended_[job] = result;
    };
};

Result<void> run_jobs(sd_bus* bus, UnitChange change, const std::vector<std::string>& names) {
    JobEnd jobs;
    if (auto subscribed = jobs.subscribe(bus); !subscribed) return subscribed;
    for (const std::string& name : names) {
        Call call(bus, manager, change == UnitChange::start ? "StartUnit" : "StopUnit");
        const auto answer = call.add("ss", name.c_str(), "replace").send();
        if (!answer) return answer.error().within(name);
        const char* job = nullptr;
        if (::sd_bus_message_read(answer->get(), "o", &job) < 0) return Error{Errc::failed, "systemd: no job"};
        const auto result = jobs.wait(bus, job);
        if (!result) return result.error().within(name);
        if (*result != "done" && *result != "skipped") return Error{Errc::failed, fmt::format("{}: {}", name, *result)};
    }
    return {};
}

/// Names of the units in one state, sorted.
Result<std::vector<std::string>> units_that_are(sd_bus* bus, const char* state) {
    Call call(bus, manager, "ListUnitsFiltered");
    const auto answer = call.add(std::vector<std::string>{state}).send();
    if (!answer) return answer.error();
    std::vector<std::string> names;
    int outcome = ::sd_bus_message_enter_container(answer->get(), 'a', "(ssssssouso)");
    while (outcome >= 0) {
        const char* name = nullptr;
        outcome = ::sd_bus_message_read(answer->get(), "(ssssssouso)", &name, nullptr, nullptr, nullptr, nullptr, nullptr,
                                        nullptr, nullptr, nullptr, nullptr);
        if (outcome == 0) break;
        if (outcome > 0) names.emplace_back(name);
    }
    if (outcome < 0) return Error{Errc::failed, "systemd: ListUnitsFiltered: unexpected answer"};
    std::ranges::sort(names);
    return names;
}

/// "running", "degraded" (some unit failed) and "stopping" come only after the jobs of the boot are done; "maintenance" is
/// rescue or emergency mode (systemd's org.freedesktop.systemd1(5), SystemState).
bool has_booted(std::string_view state) {
    constexpr std::array<std::string_view, 3> booted{"running", "degraded", "stopping"};
    return std::ranges::find(booted, state) != booted.end();
}

class SystemdUnits final : public Units {
  public:
    Result<std::vector<UnitState>> states(const std::vector<std::string>& names) override {
        const auto bus = reach();
        if (!bus) return bus.error();
        std::vector<UnitState> found;
        for (const std::string& name : names) {
            auto state = state_of(bus->get(), name);
            if (!state) return state.error().within(name);
            found.push_back(std::move(*state));
        }
        return found;
    }

    Result<void> change(UnitChange change, const std::vector<std::string>& names) override {
        const auto bus = reach();
        if (!bus) return bus.error();
        const auto there = existing(bus->get(), names);
        if (!there) return there.error();
        if (there->empty()) return {};
        const bool job = change == UnitChange::start || change == UnitChange::stop;
        return job ? run_jobs(bus->get(), change, *there) : change_files(bus->get(), change, *there);
    }

    Result<ManagerState> overview() override {
        const auto bus = reach();
        if (!bus) return bus.error();
        const auto state = os::read_property(bus->get(), manager, "SystemState");
        if (!state) return state.error();
        auto failed = units_that_are(bus->get(), "failed");
        if (!failed) return failed.error();
        return ManagerState{has_booted(*state), std::move(*failed)};
    }

    Result<void> wait_until_inactive(const std::string& name, milliseconds at_most, std::stop_token stop) override {
        const auto bus = reach();
        if (!bus) return bus.error();
        const auto object = object_of(bus->get(), name);
        if (!object) return object.error().within(name);
        bool changed = true;
        const std::function<void(sd_bus_message*)> heard = [&](sd_bus_message*) { changed = true; };
        if (const auto answer = Call(bus->get(), manager, "Subscribe").send(); !answer) return answer.error();
        const std::string rule =
            fmt::format("type='signal',sender='{}',path='{}',member='PropertiesChanged'", service, *object);
        auto listening = os::listen(bus->get(), rule, heard);
        if (!listening) return listening;

        std::optional<Error> failure;
        const auto ended = [&] {
            if (!std::exchange(changed, false)) return false;
            const auto active = read_of_unit(bus->get(), *object, "ActiveState");
            if (!active) failure = active.error();
            return !active || *active == "inactive" || *active == "failed";
        };
        auto waited = os::wait_for(bus->get(), ended, at_most, stop);
        if (failure) return failure->within(name);
        return std::move(waited).within(name);
    }
};

}  // namespace

std::unique_ptr<Units> make_units() { return std::make_unique<SystemdUnits>(); }

}  // namespace guestpatch
