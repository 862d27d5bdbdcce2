#include "agent/config/load.hpp"

#include <algorithm>
#include <iterator>
#include <map>

#include "agent/config/goal_settings.hpp"
#include "agent/config/zone_faults.hpp"
#include "agent/wire/place.hpp"

namespace guestpatch {
namespace {

constexpr const char* configurations_key = "maintenanceConfigurations";

struct DropIn {
    Path path;
    bool masked = false;
    bool weakest = false;  ///< of the first of several folders: weaker than the goal state
};

/// By folder, then by name; a later folder's file of the same name takes the earlier one's stead.
std::vector<DropIn> find_drop_ins(Files& files, const std::vector<Path>& folders, Configuration& into) {
    std::vector<std::map<std::string, DropIn>> layers;
    for (const Path& folder : folders) {
        const auto listed = files.list(folder);
        std::map<std::string, DropIn>& layer = layers.emplace_back();
        if (!listed) {
            if (listed.error().code != Errc::not_found) into.errors.push_back({folder.string(), 0, "", listed.error().message});
            continue;
        }
        const bool weakest = layers.size() == 1 && folders.size() > 1;
        for (const FileInfo& info : *listed) {
            if (!info.name.ends_with(".json") || info.kind == FileKind::directory) continue;
            for (auto& other : layers) other.erase(info.name);
            layer[info.name] = {folder / info.name, info.kind == FileKind::null_device, weakest};
        }
    }
    std::vector<DropIn> found;
    for (const auto& layer : layers) {
        for (const auto& [name, drop_in] : layer) found.push_back(drop_in);
    }
    return found;
}

/// The goal state, where there is a sound one.
std::optional<GoalReading> read_goal(Files& files, TimeZones& zones, const ConfigurationSources& sources, Configuration& into) {
    if (sources.goal.empty()) return std::nullopt;
    auto text = files.read(sources.goal);
    if (!text) {
        if (text.error().code != Errc::not_found) into.warnings.push_back({sources.goal.string(), 0, "", text.error().message});
        return std::nullopt;
    }
    GoalReading reading = read_goal_state(sources.goal.string(), std::move(*text), sources.os_type);
    std::ranges::move(reading.warnings, std::back_inserter(into.warnings));
    if (reading.errors.empty()) reading.errors = find_goal_faults(reading, sources.os_type, zones);
    if (reading.errors.empty()) return reading;
    std::ranges::move(reading.errors, std::back_inserter(into.warnings));
    return std::nullopt;
}

/// A machine that was given another host, or none, does not go on as the old one asked.
bool is_of_another_host(Files& files, const Path& goal, const Merged& merged) {
    const auto whose = files.read(goal.parent_path() / "goalState.url");
    std::string_view url = merged.find("host.url")->second.value.text;
    while (url.ends_with('/')) url.remove_suffix(1);
    return whose && *whose != url;
}

MachinePlace read_place(Files& files, const Path& path, Configuration& into) {
    if (path.empty()) return {};
    const auto text = files.read(path);
    if (!text && text.error().code == Errc::not_found) return {};
    auto place = text ? decode_place(*text) : text.error();
    if (place) return std::move(*place);
    into.warnings.push_back({path.string(), 0, "", place.error().message});
    return {};
}

void read_drop_in(Files& files, const Path& path, std::vector<Fragment>& fragments, Configuration& into) {
    auto text = files.read(path);
    if (!text) {
        into.errors.push_back({path.string(), 0, "", text.error().message});
        return;
    }
    Fragment& fragment = fragments.emplace_back(parse_fragment(path.string(), std::move(*text)));
    into.errors.insert(into.errors.end(), fragment.errors.begin(), fragment.errors.end());
    into.warnings.insert(into.warnings.end(), fragment.warnings.begin(), fragment.warnings.end());
}

std::vector<Fragment> read_fragments(Files& files, const std::vector<Path>& folders, const Fragment* goal, Configuration& into) {
    std::vector<Fragment> fragments;
    const auto drop_ins = find_drop_ins(files, folders, into);
    const auto weaker = std::ranges::partition_point(drop_ins, &DropIn::weakest);
    for (auto drop_in = drop_ins.begin();; ++drop_in) {
        if (drop_in == weaker && goal != nullptr) fragments.push_back(*goal);
        if (drop_in == drop_ins.end()) break;
        if (!drop_in->masked) read_drop_in(files, drop_in->path, fragments, into);
    }
    for (const Fragment& fragment : fragments) into.files.push_back(fragment.file);
    return fragments;
}

std::string text_of(const Json& value) {
    JsonWriter out;
    out.json(value);
    return out.take();
}

/// A maintenance configuration by its id, and where it came from.
std::pair<const Json*, Origin> find_configuration(const MergedValue& all, std::string_view id) {
    for (std::size_t i = 0; i < all.value.items.size(); ++i) {
        const Json* found = all.value.items[i].find("id");
        if (found != nullptr && found->text == id) return {&all.value.items[i], all.items.at(i)};
    }
    return {nullptr, {all.file, all.line}};
}

/// What the goal state alone, `wished`, has otherwise than everything together, `merged`.
std::vector<Overridden> find_overridden(const Merged& wished, const Merged& merged) {
    std::vector<Overridden> overridden;
    for (const auto& [key, wish] : wished) {
        const MergedValue& value = merged.find(key)->second;
        if (wish.file.empty()) continue;
        if (key != configurations_key) {
            if (text_of(wish.value) != text_of(value.value)) overridden.push_back({key, value.origin()});
            continue;
        }
        for (const Json& item : wish.value.items) {
            const std::string& id = item.find("id")->text;
            const auto [found, origin] = find_configuration(value, id);
            if (found == nullptr || text_of(*found) != text_of(item)) {
                overridden.push_back({std::string(configurations_key) + "[" + id + "]", origin.text()});
            }
        }
    }
    return overridden;
}

}  // namespace

std::vector<ConfigFault> find_goal_faults(const GoalReading& reading, const std::string& os_type, TimeZones& zones) {
    const std::vector<Fragment> alone{reading.settings};
    const Merged merged = merge(alone, os_type);
    std::vector<ConfigFault> faults = find_contradictions(merged, os_type);
    const Circumstances circumstances{.os_type = os_type};
    Settings settings = make_settings(merged, circumstances);
    settings.maintenance = read_configurations(merged, circumstances);  // whoever they are for, whether they are used or not
    std::ranges::move(find_zone_faults(merged, alone, settings, zones), std::back_inserter(faults));
    for (ConfigFault& fault : faults) fault.message = one_line(fault.message);
    return faults;
}

Configuration load_configuration(Files& files, TimeZones& zones, const ConfigurationSources& sources) {
    Configuration configuration;
    const std::string& os_type = sources.os_type;
    auto goal = read_goal(files, zones, sources, configuration);
    auto fragments = read_fragments(files, sources.folders, goal ? &goal->settings : nullptr, configuration);
    configuration.merged = merge(fragments, os_type);
    if (goal && is_of_another_host(files, sources.goal, configuration.merged)) {
        std::erase_if(fragments, [&](const Fragment& fragment) { return fragment.file == goal->settings.file; });
        configuration.merged = merge(fragments, os_type);
        goal.reset();
    }
    std::ranges::move(find_contradictions(configuration.merged, os_type), std::back_inserter(configuration.errors));
    configuration.settings = make_settings(
        configuration.merged, {.os_type = os_type,
                               .place = read_place(files, sources.place, configuration),
                               .goal = goal ? goal->settings.file : ""});
    std::ranges::move(find_zone_faults(configuration.merged, fragments, configuration.settings, zones),
                      std::back_inserter(configuration.errors));
    if (!goal) return configuration;
    configuration.overridden = find_overridden(merge({goal->settings}, os_type), configuration.merged);
    configuration.goal = std::move(goal->goal);
    return configuration;
}

}  // namespace guestpatch
