#include "agent/config/zone_faults.hpp"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <ranges>

#include "platform/base/text.hpp"

namespace guestpatch {
namespace {

constexpr std::string_view configurations_key = "maintenanceConfigurations";

/// What is wrong with zones, each asked for once: several configurations mostly share one.
class Zones {
  public:
    explicit Zones(TimeZones& zones) : zones_(zones) {}

    std::optional<std::string> fault_in(const std::string& name) {
        if (to_lower(name) == "local") return std::nullopt;
        const auto [known, is_new] = faults_.try_emplace(name);
        if (!is_new) return known->second;
        constexpr Instant any_moment = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);  // it is there or it is not
        const auto rules = zones_.find(name, any_moment, any_moment);
        if (!rules) known->second = rules.error().message;
        return known->second;
    }

  private:
    TimeZones& zones_;
    std::map<std::string, std::optional<std::string>> faults_;
};

bool is_text(const Json* value, std::string_view wanted) { return value != nullptr && trim(value->text) == wanted; }

/// Where the zone of a configuration stands: the last file that has its id is the one that counts.
std::optional<ConfigFault> find_place(const MaintenanceConfiguration& configuration, const std::vector<Fragment>& fragments) {
    for (const Fragment& fragment : std::views::reverse(fragments)) {
        const Json* all = fragment.root.find(configurations_key);
        for (std::size_t i = 0; all != nullptr && i < all->items.size(); ++i) {
            const Json* window = all->items[i].find("maintenanceWindow");
            const Json* zone = window == nullptr ? nullptr : window->find("timeZone");
            if (!is_text(all->items[i].find("id"), configuration.id) || !is_text(zone, configuration.time_zone)) continue;
            return ConfigFault{.file = fragment.file,
                               .line = line_of(fragment.text, zone->offset),
                               .key = fmt::format("{}[{}].maintenanceWindow.timeZone", configurations_key, i)};
        }
    }
    return std::nullopt;
}

}  // namespace

std::vector<ConfigFault> find_zone_faults(const Merged& merged, const std::vector<Fragment>& fragments,
                                          const Settings& settings, TimeZones& zones) {
    std::vector<ConfigFault> faults;
    Zones known(zones);
    // Assessments keep to these hours also beside configurations.
    const MergedValue& off_peak = merged.find("offPeak.timeZone")->second;
    if (auto fault = known.fault_in(settings.off_peak.time_zone)) {
        faults.push_back({off_peak.file, off_peak.line, "offPeak.timeZone", std::move(*fault)});
    }
    const MergedValue& all = merged.find(configurations_key)->second;
    for (const MaintenanceConfiguration& configuration : settings.maintenance) {
        auto message = known.fault_in(configuration.time_zone);
        if (!message) continue;
        const ConfigFault somewhere{.file = all.file, .line = all.line, .key = std::string(configurations_key)};
        ConfigFault& fault = faults.emplace_back(find_place(configuration, fragments).value_or(somewhere));
        fault.message = std::move(*message);
    }
    return faults;
}

}  // namespace guestpatch
