#include "packagers/apt/policy_output.hpp"

#include <fmt/format.h>

#include <charconv>

#include "platform/base/text.hpp"

namespace guestpatch::apt {
namespace {

std::string_view version_or_none(std::string_view value) { return value == "(none)" ? std::string_view() : value; }

std::optional<int> whole_number(std::string_view text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() ? std::optional<int>(value) : std::nullopt;
}

/// " *** 1.0 500" or "     1.1 500 (phased 0%)"
std::optional<PolicyVersion> parse_version(std::string_view line) {
    PolicyVersion version;
    version.installed = line.starts_with(" *** ");
    std::string_view rest = line.substr(5);
    version.version = take_until(rest, ' ');
    const auto priority = whole_number(take_until(rest, ' '));
    if (!priority || version.version.empty()) return std::nullopt;
    version.priority = *priority;
    constexpr std::string_view phased = "(phased ";
    if (rest.starts_with(phased)) {
        rest.remove_prefix(phased.size());
        version.phased_percent = whole_number(take_until(rest, '%'));
    }
    return version;
}

/// "        500 http://... suite/component amd64 Packages"
std::optional<std::string_view> parse_source(std::string_view line) {
    std::string_view rest = trim(line);
    if (!whole_number(take_until(rest, ' ')) || rest.empty()) return std::nullopt;
    return rest;
}

/// One line below a package's name. False when it makes no sense.
bool add_line(PackagePolicy& package, std::string_view line) {
    constexpr std::string_view installed = "  Installed: ";
    constexpr std::string_view candidate = "  Candidate: ";
    if (line.starts_with(installed)) {
        package.installed = version_or_none(line.substr(installed.size()));
    } else if (line.starts_with(candidate)) {
        package.candidate = version_or_none(line.substr(candidate.size()));
    } else if (line.starts_with("  Package pin: ")) {
        package.pinned = true;
    } else if (line.starts_with("        ")) {
        const auto source = parse_source(line);
        if (!source || package.versions.empty()) return false;
        if (!source->starts_with('/')) package.versions.back().sources.push_back(*source);
    } else if (line.starts_with(" *** ") || line.starts_with("     ")) {
        const auto version = parse_version(line);
        if (!version) return false;
        package.versions.push_back(*version);
    } else if (!line.starts_with("  Version table:")) {
        return false;
    }
    return true;
}

}  // namespace

Result<std::vector<PackagePolicy>> parse_policy(std::string_view text) {
    std::vector<PackagePolicy> packages;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::string_view line = take_line(text);
        if (line.empty()) continue;
        if (line.front() != ' ' && line.ends_with(':')) {
            packages.push_back({line.substr(0, line.size() - 1)});
        } else if (packages.empty() || line.front() != ' ' || !add_line(packages.back(), line)) {
            return Error{Errc::invalid, fmt::format("apt-cache policy, line {}: \"{}\"", number, line)};
        }
    }
    return packages;
}

}  // namespace guestpatch::apt
