#include "agent/config/load.hpp"

#include <map>

#include "agent/config/zone_faults.hpp"

namespace guestpatch {
namespace {

struct DropIn {
    Path path;
    bool masked = false;
};

/// By folder, then by name; a later folder's file of the same name takes the earlier one's stead.
std::vector<DropIn> find_drop_ins(Files& files, const std::vector<Path>& folders, Configuration& into) {
    std::vector<std::map<std::string, DropIn>> layers;
    for (const Path& folder : folders) {
        const auto listed = files.list(folder);
        if (!listed) {
            if (listed.error().code != Errc::not_found) into.errors.push_back({folder.string(), 0, "", listed.error().message});
            continue;
        }
        std::map<std::string, DropIn> layer;
        for (const FileInfo& info : *listed) {
            if (!info.name.ends_with(".json") || info.kind == FileKind::directory) continue;
            for (auto& earlier : layers) earlier.erase(info.name);
            layer[info.name] = {folder / info.name, info.kind == FileKind::null_device};
        }
        layers.push_back(std::move(layer));
    }
    std::vector<DropIn> found;
    for (const auto& layer : layers) {
        for (const auto& [name, drop_in] : layer) found.push_back(drop_in);
    }
    return found;
}

}  // namespace

Configuration load_configuration(Files& files, TimeZones& zones, const std::vector<Path>& folders, std::string_view os_type) {
    Configuration configuration;
    std::vector<Fragment> fragments;
    for (const DropIn& drop_in : find_drop_ins(files, folders, configuration)) {
        if (drop_in.masked) continue;
        auto text = files.read(drop_in.path);
        if (!text) {
            configuration.errors.push_back({drop_in.path.string(), 0, "", text.error().message});
            continue;
        }
        configuration.files.push_back(drop_in.path.string());
        fragments.push_back(parse_fragment(drop_in.path.string(), std::move(*text)));
        Fragment& fragment = fragments.back();
        configuration.errors.insert(configuration.errors.end(), fragment.errors.begin(), fragment.errors.end());
        configuration.warnings.insert(configuration.warnings.end(), fragment.warnings.begin(), fragment.warnings.end());
    }
    configuration.merged = merge(fragments, os_type);
    const auto contradictions = find_contradictions(configuration.merged, os_type);
    configuration.errors.insert(configuration.errors.end(), contradictions.begin(), contradictions.end());
    configuration.settings = make_settings(configuration.merged, os_type);
    const auto unknown = find_zone_faults(configuration.merged, fragments, configuration.settings, zones);
    configuration.errors.insert(configuration.errors.end(), unknown.begin(), unknown.end());
    return configuration;
}

}  // namespace guestpatch
