#include "packagers/origin_rule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "platform/base/text.hpp"

namespace guestpatch {
namespace {

std::optional<std::string> canonical_field(std::string_view name) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 9> names{{
        {"o", "origin"}, {"origin", "origin"}, {"l", "label"}, {"label", "label"}, {"a", "suite"},
        {"archive", "suite"}, {"suite", "suite"}, {"n", "codename"}, {"codename", "codename"}}};
    const auto found = std::ranges::find(names, name, &std::pair<std::string_view, std::string_view>::first);
    return found == names.end() ? std::nullopt : std::optional(std::string(found->second));
}

}  // namespace

Result<OriginRule> parse_origin_rule(std::string_view text) {
    OriginRule rule;
    std::string_view rest = text;
    while (!rest.empty()) {
        std::string_view value = trim(take_until(rest, ','));
        const auto name = canonical_field(trim(take_until(value, '=')));
        if (!name || value.empty()) {
            rule.fields.clear();
            break;
        }
        rule.fields.emplace_back(*name, trim(value));
    }
    if (rule.fields.empty()) {
        return Error{Errc::invalid,
                     fmt::format("\"{}\" is not a list of origin=, label=, suite= or codename= with masks", text)};
    }
    return rule;
}

}  // namespace guestpatch
