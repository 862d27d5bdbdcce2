#include "platform/time_zone.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "platform/base/text.hpp"
#include "platform/base/tzif.hpp"
#include "platform/base/windows_zones.hpp"

namespace guestpatch {
namespace {

namespace fs = std::filesystem;

constexpr const char* machine_zone = "/etc/localtime";
constexpr std::string_view zone_folder = "/usr/share/zoneinfo";
constexpr std::size_t largest_file = 65536;  // the largest there is has 4 KiB

/// As the C library looks for them.
fs::path zones_root() {
    const char* set = std::getenv("TZDIR");
    return set != nullptr && *set != '\0' ? fs::path(set) : fs::path(zone_folder);
}

bool is_zone_name(std::string_view name) {
    const auto allowed = [](char c) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        return letter || (c >= '0' && c <= '9') || c == '/' || c == '_' || c == '+' || c == '-';
    };
    const bool steps = !name.starts_with('/') && !name.ends_with('/') && name.find("//") == std::string_view::npos;
    return !name.empty() && name.size() < 100 && steps && std::ranges::all_of(name, allowed);
}

/// The zone file's name as the folder writes it, for a name in any case; empty when there is none.
std::string spelled(const fs::path& root, std::string_view name) {
    std::error_code fault;
    if (fs::is_regular_file(root / name, fault)) return std::string(name);
    fs::path found;
    for (std::string_view rest = name; !rest.empty();) {
        const std::string wanted = to_lower(take_until(rest, '/'));
        bool there = false;
        for (fs::directory_iterator entry(root / found, fault), end; !there && !fault && entry != end; entry.increment(fault)) {
            there = to_lower(entry->path().filename().string()) == wanted;
            if (there) found /= entry->path().filename();
        }
        if (!there) return "";
    }
    return fs::is_regular_file(root / found, fault) ? found.string() : "";
}

Result<ZoneRules> read_zone(const fs::path& file, std::string name, Instant to) {
    std::ifstream in(file, std::ios::binary);
    std::string bytes(largest_file, '\0');
    in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(in.gcount()));
    auto rules = decode_tzif(bytes, to);
    if (!rules) return rules.error().within(file.string());
    rules->name = std::move(name);
    return rules;
}

/// The zone a link such as /etc/localtime points to, by its path below a folder of zones; "local" when it is none.
std::string name_of_machine_zone() {
    std::error_code fault;
    const std::string target = fs::read_symlink(machine_zone, fault).string();
    constexpr std::string_view marker = "/zoneinfo/";
    const std::size_t at = target.find(marker);
    return fault || at == std::string::npos ? "local" : target.substr(at + marker.size());
}

Result<ZoneRules> read_machine_zone(Instant to) {
    std::error_code fault;
    // Without the file, or the zone data it points to, the C library shows everybody UTC: then that is local time.
    if (!fs::exists(machine_zone, fault)) return utc_rules();
    return read_zone(machine_zone, name_of_machine_zone(), to);
}

class LinuxTimeZones final : public TimeZones {
    Result<ZoneRules> find(std::string_view name, Instant, Instant to) override {
        if (to_lower(name) == "local") return read_machine_zone(to);
        if (to_lower(name) == "utc") return utc_rules();
        const WindowsZone* windows = find_windows_zone(name);
        const std::array candidates{windows == nullptr ? name : windows->iana, windows == nullptr ? "" : windows->link};
        const fs::path root = zones_root();
        for (const std::string_view candidate : candidates) {
            if (!is_zone_name(candidate)) continue;
            const std::string file = spelled(root, candidate);
            if (!file.empty()) return read_zone(root / file, file, to);
        }
        std::error_code fault;
        const bool no_data = !fs::is_directory(root, fault);
        return Error{Errc::not_found, fmt::format("no time zone is called \"{}\"{}", name,
                                                  no_data ? fmt::format("; there is no zone data in {}", root.string()) : "")};
    }
};

}  // namespace

std::unique_ptr<TimeZones> make_time_zones() { return std::make_unique<LinuxTimeZones>(); }

}  // namespace guestpatch
