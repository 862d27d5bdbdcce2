#include "packagers/apt/sources.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "platform/base/mask.hpp"
#include "platform/base/text.hpp"

namespace guestpatch::apt {
namespace {

constexpr char separator = '\t';

std::string_view field_of(const Release& release, std::string_view name) {
    if (name == "origin") return release.origin;
    if (name == "label") return release.label;
    if (name == "suite") return release.suite;
    return release.codename;
}

bool matches(const OriginRule& rule, const Release& release) {
    return std::ranges::all_of(
        rule.fields, [&](const auto& field) { return wildcard_match(field.second, field_of(release, field.first)); });
}

}  // namespace

std::string IndexTarget::repository() const {
    // "URI suite/component arch Packages"; a flat repository has "URI ./ Packages".
    std::string_view rest = description;
    std::string_view uri = take_until(rest, ' ');
    if (uri.ends_with('/')) uri.remove_suffix(1);
    std::string_view suite = take_until(rest, ' ');
    const std::size_t component = suite.rfind(meta_key.substr(0, meta_key.find("/binary-")));
    if (!meta_key.starts_with("Packages") && component != std::string_view::npos && component > 0) {
        suite = suite.substr(0, component - 1);
    }
    return fmt::format("{} {}", uri, suite);
}

std::string IndexTarget::list_prefix() const {
    return file.substr(0, file.size() - std::min(file.size(), meta_key.size()));
}

std::string index_target_format() {
    return fmt::format("$(CREATED_BY){0}$(DESCRIPTION){0}$(FILENAME){0}$(METAKEY){0}$(ARCHITECTURE){0}$(SOURCESENTRY)",
                       separator);
}

Result<std::vector<IndexTarget>> parse_index_targets(std::string_view text) {
    std::vector<IndexTarget> targets;
    while (!text.empty()) {
        std::string_view line = take_line(text);
        if (line.empty()) continue;
        if (std::ranges::count(line, separator) != 5) {
            return Error{Errc::invalid, fmt::format("apt-get indextargets: \"{}\"", line)};
        }
        if (take_until(line, separator) != "Packages") continue;
        IndexTarget target;
        for (std::string* field :
             {&target.description, &target.file, &target.meta_key, &target.architecture, &target.entry}) {
            *field = take_until(line, separator);
        }
        targets.push_back(std::move(target));
    }
    return targets;
}

std::vector<std::string> parse_passed_over(std::string_view err) {
    constexpr std::string_view complaint = "W: Unable to read ";
    std::vector<std::string> paths;
    while (!err.empty()) {
        const std::string_view line = take_line(err);
        if (!line.starts_with(complaint)) continue;
        paths.emplace_back(line.substr(complaint.size(), line.find(" - ") - complaint.size()));
    }
    return paths;
}

SecurityRules security_rules(const std::map<std::string, std::string>& os_release, std::vector<OriginRule> additions) {
    SecurityRules rules{{"Debian", "Ubuntu", "UbuntuESM", "UbuntuESMApps"}, std::move(additions)};
    // A derivative signs its own pockets with its own name: ID=kali, NAME="Linux Mint" -> Origin: linuxmint.
    for (const char* field : {"ID", "NAME"}) {
        const auto found = os_release.find(field);
        if (found == os_release.end() || found->second.empty()) continue;
        std::string name = to_lower(found->second);
        std::erase(name, ' ');
        rules.vendors.push_back(std::move(name));
    }
    return rules;
}

bool is_security(const Release& release, const SecurityRules& rules) {
    const bool vendor = std::ranges::any_of(
        rules.vendors,
        [origin = to_lower(release.origin)](const std::string& name) { return to_lower(name) == origin; });
    const bool pocket = release.suite.ends_with("-security") || release.codename.ends_with("-security") ||
                        release.label == "Debian-Security";
    // Debian before 11 named its pocket buster/updates: only the label tells.
    if (vendor && pocket) return true;
    return std::ranges::any_of(rules.additions, [&](const OriginRule& rule) { return matches(rule, release); });
}

bool looks_like_security(std::string_view repository) {
    return repository.ends_with("-security") || repository.ends_with("/updates");
}

bool is_extended_support(const Release& release) {
    return release.origin.starts_with("UbuntuESM");
}

}  // namespace guestpatch::apt
