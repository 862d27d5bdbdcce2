#include "packagers/apt/plan_output.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "platform/base/text.hpp"

namespace guestpatch::apt {
namespace {

using Section = std::vector<PlannedPackage> UpgradePlan::*;

constexpr std::array<std::pair<std::string_view, Section>, 6> headings{{
    {"The following packages will be upgraded:", &UpgradePlan::upgraded},
    {"The following NEW packages will be installed:", &UpgradePlan::added},
    {"The following packages will be REMOVED:", &UpgradePlan::removed},
    {"The following packages will be DOWNGRADED:", &UpgradePlan::downgraded},
    {"The following packages have been kept back:", &UpgradePlan::kept_back},
    // apt >= 2.7 names phased ones apart; which they are, the policy output says in every version.
    {"The following upgrades have been deferred due to phasing:", &UpgradePlan::kept_back},
}};

/// apt's own count of a section, for checking ours.
struct Summary {
    std::size_t upgraded = 0;
    std::size_t added = 0;
    std::size_t reinstalled = 0;
    std::size_t downgraded = 0;
    std::size_t removed = 0;
    std::size_t not_upgraded = 0;
};

std::uint64_t leading_number(std::string_view text) {
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

/// "12 upgraded, 2 newly installed, 1 downgraded, 1 to remove and 3 not upgraded."
std::optional<Summary> parse_summary(std::string_view line) {
    if (line.empty() || line[0] < '0' || line[0] > '9' || line.find(" upgraded, ") == std::string_view::npos) {
        return std::nullopt;
    }
    const auto before = [line](std::string_view words) -> std::size_t {
        const std::size_t at = line.find(words);
        if (at == std::string_view::npos) return 0;
        std::size_t start = at;
        while (start > 0 && line[start - 1] >= '0' && line[start - 1] <= '9') --start;
        return leading_number(line.substr(start, at - start));
    };
    return Summary{before(" upgraded, "),  before(" newly installed"), before(" reinstalled"),
                   before(" downgraded"), before(" to remove"),       before(" not upgraded")};
}

/// "   name (1.0 => 1.1)", "   name (1.1)", "   name* (1.0)" for a purge.
PlannedPackage parse_package(std::string_view line, bool removal) {
    line = line.substr(3);
    const std::size_t open = line.find(' ');
    PlannedPackage package{line.substr(0, open)};
    if (package.name.ends_with('*')) package.name.remove_suffix(1);
    if (open == std::string_view::npos || line.size() < open + 3 || !line.ends_with(')')) return package;
    const std::string_view versions = line.substr(open + 2, line.size() - open - 3);
    const std::size_t arrow = versions.find(" => ");
    if (arrow != std::string_view::npos) {
        package.from = versions.substr(0, arrow);
        package.to = versions.substr(arrow + 4);
    } else {
        (removal ? package.from : package.to) = versions;
    }
    return package;
}

/// "'URI' name_version_arch.deb SIZE SHA256:..."; a URI holds no quote.
std::optional<PlannedDownload> parse_download(std::string_view line) {
    const std::size_t quote = line.find('\'', 1);
    if (quote == std::string_view::npos || quote + 2 > line.size()) return std::nullopt;
    std::string_view rest = line.substr(quote + 2);
    const std::string_view file = take_until(rest, ' ');
    const bool has_parts = file.find('_') != file.rfind('_');  // name, version and architecture
    if (!has_parts || !file.ends_with(".deb")) return std::nullopt;
    return PlannedDownload{file, leading_number(rest)};
}

Result<void> check(const UpgradePlan& plan, const Summary& summary) {
    const auto same = [](std::string_view what, std::size_t said, std::size_t found) -> Result<void> {
        if (said == found) return {};
        return Error{Errc::invalid, fmt::format("apt counts {} packages {}, its list names {}", said, what, found)};
    };
    return same("to upgrade", summary.upgraded, plan.upgraded.size())
        .and_then([&] { return same("to install", summary.added, plan.added.size()); })
        .and_then([&] { return same("to downgrade", summary.downgraded, plan.downgraded.size()); })
        .and_then([&] { return same("to remove", summary.removed, plan.removed.size()); })
        .and_then([&] { return same("not upgraded", summary.not_upgraded, plan.kept_back.size()); });
}

}  // namespace

std::uint64_t UpgradePlan::download_bytes() const {
    std::uint64_t bytes = 0;
    for (const PlannedDownload& download : downloads) bytes += download.bytes;
    return bytes;
}

std::optional<std::size_t> packages_to_change(std::string_view line) {
    const auto summary = parse_summary(line);
    if (!summary) return std::nullopt;
    return summary->upgraded + summary->added + summary->reinstalled + summary->downgraded;
}

std::optional<std::int64_t> parse_growth(std::string_view line) {
    constexpr std::string_view start = "After this operation, ";
    if (!line.starts_with(start)) return std::nullopt;
    line.remove_prefix(start.size());
    std::string number(take_until(line, ' '));
    std::erase(number, ',');  // thousands, where the locale groups them
    double value = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
    if (error != std::errc() || value < 0 || value > 1e6) return std::nullopt;
    // apt prints at most four digits, then the next of these units.
    constexpr std::string_view prefixes = "kMGTPEZY";
    const std::size_t power = line.empty() ? std::string_view::npos : prefixes.find(line.front());
    for (std::size_t factor = 0; power != std::string_view::npos && factor <= power; ++factor) value *= 1000;
    const auto bytes = static_cast<std::int64_t>(std::min(value, 1e18));
    return line.find("freed") == std::string_view::npos ? bytes : -bytes;
}

Result<UpgradePlan> parse_plan(std::string_view text) {
    UpgradePlan plan;
    std::optional<Summary> summary;
    std::vector<PlannedPackage>* section = nullptr;
    while (!text.empty()) {
        const std::string_view line = take_line(text);
        if (line.starts_with("   ")) {
            if (section != nullptr) section->push_back(parse_package(line, section == &plan.removed));
        } else if (line.starts_with('\'')) {
            if (const auto download = parse_download(line)) plan.downloads.push_back(*download);
        } else {
            section = nullptr;
            for (const auto& [heading, member] : headings) {
                if (line == heading) section = &(plan.*member);
            }
            if (const auto found = parse_summary(line)) summary = found;
            if (const auto growth = parse_growth(line)) plan.growth = growth;
            if (line.ends_with(" not fully installed or removed.")) plan.not_fully_installed = leading_number(line);
        }
    }
    if (!summary) return Error{Errc::invalid, "apt printed no summary of what it would do"};
    if (auto sound = check(plan, *summary); !sound) return sound.error();
    return plan;
}

std::string unmet_dependencies(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty() && take_line(text) != "The following packages have unmet dependencies:") {
    }
    while (text.starts_with(' ')) lines.emplace_back(trim(take_line(text)));
    return join(lines, "; ");
}

}  // namespace guestpatch::apt
