// What `apt-get --print-uris -V -y dist-upgrade` says it would do. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/result.hpp"

namespace guestpatch::apt {

/// One line of a section; the views point into apt's text.
struct PlannedPackage {
    std::string_view name;
    std::string_view from;  ///< empty in the sections of new packages
    std::string_view to;    ///< empty in the section of removals

    friend bool operator==(const PlannedPackage&, const PlannedPackage&) = default;
};

/// An archive apt would fetch.
struct PlannedDownload {
    std::string_view file;  ///< "name_version_architecture.deb", the version with %3a for ':'
    std::uint64_t bytes = 0;

    /// The package's name: everything before the first '_', which no name contains.
    [[nodiscard]] std::string_view name() const { return file.substr(0, file.find('_')); }
    /// "amd64", "all": what stands before ".deb".
    [[nodiscard]] std::string_view architecture() const {
        const std::size_t start = file.rfind('_') + 1;
        return file.substr(start, file.rfind('.') - start);
    }
    friend bool operator==(const PlannedDownload&, const PlannedDownload&) = default;
};

struct UpgradePlan {
    std::vector<PlannedPackage> upgraded;
    std::vector<PlannedPackage> added;
    std::vector<PlannedPackage> removed;
    std::vector<PlannedPackage> downgraded;
    std::vector<PlannedPackage> kept_back;  ///< held, phased and broken ones together, as apt prints them
    std::vector<PlannedDownload> downloads;
    std::size_t not_fully_installed = 0;
    std::optional<std::int64_t> growth;  ///< bytes of disk space the installed files will take more, or less

    [[nodiscard]] std::uint64_t download_bytes() const;
};

/// Splits apt's text without copying it: the plan borrows from `text`. Errc::invalid when the sections do
/// not add up to apt's own summary line, so that a format we do not know is never read as "nothing to do".
Result<UpgradePlan> parse_plan(std::string_view text);

/// How many packages apt is about to unpack, from its summary "4 upgraded, 1 newly installed, ..."; nothing for
/// any other line.
[[nodiscard]] std::optional<std::size_t> packages_to_change(std::string_view line);

/// "After this operation, 12.3 kB of additional disk space will be used." -> 12300; freed space is negative.
[[nodiscard]] std::optional<std::int64_t> parse_growth(std::string_view line);

/// What keeps apt from planning anything: "gp-needy : Depends: gp-nosuch but it is not installable", joined. Empty
/// when that is not the reason.
[[nodiscard]] std::string unmet_dependencies(std::string_view text);

}  // namespace guestpatch::apt
