// What Units promises that can be asked of any machine. tests/system changes units, in a machine of its own.
#include "platform/units.hpp"

#include <algorithm>

#include "tests/catch.hpp"
#include "tests/fakes/units.hpp"

namespace guestpatch {
namespace {

using namespace std::chrono_literals;

constexpr const char* nobody = "guestpatch-test-no-such-unit.service";

struct RealUnits {
    std::unique_ptr<Units> units = make_units();
};

struct FakedUnits {
    std::unique_ptr<Units> units = std::make_unique<FakeUnits>();
};

struct FakedMachineWithoutUnits {
    std::unique_ptr<Units> units = [] {
        auto absent = std::make_unique<FakeUnits>();
        absent->present = false;
        return absent;
    }();
};

/// A machine without a service manager says so, whatever it is asked.
bool is_without(Units& units) {
    const auto states = units.states({});
    if (states) return false;
    CHECK(states.error().code == Errc::not_found);
    CHECK(units.states({nobody}).error().code == Errc::not_found);
    CHECK(units.overview().error().code == Errc::not_found);
    CHECK(units.change(UnitChange::stop, {nobody}).error().code == Errc::not_found);
    CHECK(units.wait_until_inactive(nobody, 0ms, {}).error().code == Errc::not_found);
    return true;
}

TEMPLATE_TEST_CASE("a unit that does not exist is not found, and nothing is to be done about it", "[units]", RealUnits,
                   FakedUnits, FakedMachineWithoutUnits) {
    TestType subject;
    if (is_without(*subject.units)) return;
    CHECK(subject.units->states({nobody}) == std::vector<UnitState>{{nobody, "not-found", "inactive", ""}});
    for (const UnitChange change : {UnitChange::enable, UnitChange::disable, UnitChange::mask, UnitChange::unmask,
                                    UnitChange::start, UnitChange::stop}) {
        CHECK(subject.units->change(change, {nobody}));
    }
    CHECK(subject.units->wait_until_inactive(nobody, 1h, {}));
    CHECK(subject.units->states({nobody})->front().load == "not-found");
}

TEMPLATE_TEST_CASE("a unit is named as failed exactly when it is", "[units]", RealUnits, FakedUnits, FakedMachineWithoutUnits) {
    TestType subject;
    if (is_without(*subject.units)) return;
    const auto overview = subject.units->overview();
    REQUIRE(overview);
    CHECK(std::ranges::is_sorted(overview->failed));
    CHECK(std::ranges::find(overview->failed, nobody) == overview->failed.end());
    const auto states = subject.units->states(overview->failed);
    REQUIRE(states);
    CHECK(std::ranges::all_of(*states, [](const UnitState& unit) { return unit.active == "failed"; }));
}

}  // namespace
}  // namespace guestpatch
