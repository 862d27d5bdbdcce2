#include "platform/units.hpp"

namespace guestpatch {
namespace {

class NoUnits final : public Units {
    Result<std::vector<UnitState>> states(const std::vector<std::string>&) override { return nobody(); }
    Result<void> change(UnitChange, const std::vector<std::string>&) override { return nobody(); }
    Result<ManagerState> overview() override { return nobody(); }
    Result<void> wait_until_inactive(const std::string&, milliseconds, std::stop_token) override { return nobody(); }

    static Error nobody() { return {Errc::not_found, "no service manager runs here"}; }
};

}  // namespace

std::unique_ptr<Units> make_units() { return std::make_unique<NoUnits>(); }

}  // namespace guestpatch
