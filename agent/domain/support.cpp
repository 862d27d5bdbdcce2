#include "agent/domain/support.hpp"

#include <fmt/format.h>

#include <array>
#include <vector>

#include "platform/base/text.hpp"

namespace guestpatch {
namespace {

struct KnownRelease {
    std::string_view id;
    std::string_view codename;
    std::string_view last_day;
    std::string_view extended_last_day;
};

// From Debian's distro-info-data 0.58+deb12u7 (CC0): eol-lts for Debian, eol and eol-esm for Ubuntu. For
// machines that do not have that package.
constexpr std::array<KnownRelease, 9> known_releases{{
    {"debian", "buster", "2024-06-30", "2024-06-30"},
    {"debian", "bullseye", "2026-08-31", "2026-08-31"},
    {"debian", "bookworm", "2028-06-30", "2028-06-30"},
    {"debian", "trixie", "2030-06-30", "2030-06-30"},
    {"ubuntu", "bionic", "2023-05-31", "2028-04-01"},
    {"ubuntu", "focal", "2025-05-29", "2030-04-23"},
    {"ubuntu", "jammy", "2027-06-01", "2032-04-21"},
    {"ubuntu", "noble", "2029-05-31", "2034-04-25"},
    {"ubuntu", "resolute", "2031-05-29", "2036-04-23"},
}};

std::string value_of(const std::map<std::string, std::string>& fields, const std::string& name) {
    const auto found = fields.find(name);
    return found == fields.end() ? std::string() : found->second;
}

/// Supported through its last day.
std::optional<Instant> after(std::string_view last_day) {
    const auto day = parse_day(last_day);
    if (!day) return std::nullopt;
    return *day + std::chrono::days(1);
}

std::vector<std::string_view> cells(std::string_view line) {
    std::vector<std::string_view> row;
    while (!line.empty()) row.push_back(trim(take_until(line, ',')));
    return row;
}

/// The last of `columns` that the release's row fills: a later column is a longer support.
std::optional<Instant> look_up(std::string_view table, std::string_view codename,
                               const std::vector<std::string_view>& columns) {
    const std::vector<std::string_view> header = cells(take_line(table));
    const auto cell = [&](const std::vector<std::string_view>& row, std::string_view column) -> std::string_view {
        for (std::size_t i = 0; i < header.size() && i < row.size(); ++i) {
            if (header[i] == column) return row[i];
        }
        return {};
    };
    while (!table.empty()) {
        const std::vector<std::string_view> row = cells(take_line(table));
        if (cell(row, "series") != codename) continue;
        std::optional<Instant> end;
        for (const std::string_view column : columns) {
            if (const auto day = after(cell(row, column))) end = day;
        }
        return end;
    }
    return std::nullopt;
}

struct Identity {
    std::string_view id;  ///< "debian" or "ubuntu"
    std::string codename;
};

/// A derivative names the release it is built on: UBUNTU_CODENAME, DEBIAN_CODENAME.
std::optional<Identity> identify(const std::map<std::string, std::string>& os_release) {
    const std::string id = value_of(os_release, "ID");
    const std::string ubuntu = value_of(os_release, "UBUNTU_CODENAME");
    const std::string debian = value_of(os_release, "DEBIAN_CODENAME");
    if (!ubuntu.empty()) return Identity{"ubuntu", ubuntu};
    if (id == "ubuntu") return Identity{"ubuntu", value_of(os_release, "VERSION_CODENAME")};
    if (id == "debian") return Identity{"debian", value_of(os_release, "VERSION_CODENAME")};
    if (!debian.empty()) return Identity{"debian", debian};
    return std::nullopt;
}

}  // namespace

std::string_view distro_info_file(const std::map<std::string, std::string>& os_release) {
    const auto identity = identify(os_release);
    if (!identity) return {};
    return identity->id == "debian" ? "debian.csv" : "ubuntu.csv";
}

std::optional<Instant> support_end(const SupportFacts& facts) {
    if (!facts.configured.empty()) return after(facts.configured);
    if (const auto day = after(value_of(facts.os_release, "SUPPORT_END"))) return day;
    const auto identity = identify(facts.os_release);
    if (!identity || identity->codename.empty()) return std::nullopt;
    std::vector<std::string_view> columns{"eol"};
    if (identity->id == "debian") columns.emplace_back("eol-lts");
    if (identity->id == "ubuntu" && facts.extended) columns.emplace_back("eol-esm");
    if (const auto end = look_up(facts.distro_info, identity->codename, columns)) return end;
    for (const KnownRelease& release : known_releases) {
        if (release.id != identity->id || release.codename != identity->codename) continue;
        return after(facts.extended ? release.extended_last_day : release.last_day);
    }
    return std::nullopt;
}

std::optional<BlindSpot> support_blind_spot(const std::optional<Instant>& end, std::string_view os_name, Instant now) {
    if (!end || now < *end) return std::nullopt;
    return BlindSpot{std::string(os_name), BlindSpotCode::os_end_of_support,
                     fmt::format("security support ended on {:.10}; fixes for this release are no longer published",
                                 format_instant(*end - std::chrono::days(1))),
                     true};
}

}  // namespace guestpatch
