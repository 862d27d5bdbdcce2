#include "agent/config/patch_parameters.hpp"

#include <array>
#include <iterator>

#include "agent/wire/enums.hpp"
#include "platform/base/text.hpp"

namespace guestpatch {
namespace {

constexpr std::array<std::string_view, 4> linux_members{"packageNameMasksToInclude", "packageNameMasksToExclude",
                                                        "classificationsToInclude", "maintenanceRunId"};
constexpr std::array<std::string_view, 7> windows_members{"kbNumbersToInclude",        "kbNumbersToExclude",
                                                          "classificationsToInclude",  "excludeKbsRequiringReboot",
                                                          "maxPatchPublishDate",       "patchNameMasksToInclude",
                                                          "patchNameMasksToExclude"};
/// The last ones of each list are an operation's alone.
Words known_to(ParametersOf whose, Words all, std::size_t of_both) {
    return whose == ParametersOf::operation ? all : all.first(of_both);
}

constexpr std::array<std::string_view, 3> linux_classes{"Critical", "Security", "Other"};
constexpr std::array<std::string_view, 8> windows_classes{"Critical",    "Security",   "UpdateRollup", "FeaturePack",
                                                          "ServicePack", "Definition", "Tools",        "Updates"};
// The service has answered AlwaysReboot where Always was sent (azure-rest-api-specs 27222); the others by analogy.
constexpr std::array<std::string_view, 6> reboot_settings{"IfRequired",       "Never",       "Always",
                                                          "RebootIfRequired", "NeverReboot", "AlwaysReboot"};

constexpr std::size_t longest_mask = 256;  // what is compared with every patch stays short

/// "KB1234567" or "1234567".
Result<PatchMask> parse_kb(std::string_view text) {
    std::string_view digits = trim(text);
    if (to_lower(digits).starts_with("kb")) digits.remove_prefix(2);
    if (!digits.empty() && digits.find_first_not_of("0123456789") == std::string_view::npos) {
        return PatchMask{fmt::format("KB{}", digits)};
    }
    return Error{Errc::invalid, fmt::format("\"{}\" is not a KB number such as KB1234567", text)};
}

/// Classes that the other operating system alone knows select nothing.
std::vector<Classification> read_classes(const ObjectReader& in, Words allowed, ParametersOf whose) {
    std::vector<Classification> found;
    const auto words = in.parsed_each("classificationsToInclude", [&](std::string_view text) { return word_of(allowed, text); });
    for (const std::string_view word : words) {
        if (const auto value = from_wire<Classification>(word)) found.push_back(*value);
    }
    if (in.has("classificationsToInclude") || whose == ParametersOf::operation) return found;
    return {Classification::critical, Classification::security};
}

std::vector<PatchMask> read_masks(const ObjectReader& in, std::string_view name) {
    std::vector<PatchMask> masks;
    for (auto& entry : in.parsed_each(name, parse_package_mask)) std::ranges::move(entry, std::back_inserter(masks));
    return masks;
}

}  // namespace

Result<RebootSetting> parse_reboot_setting(std::string_view text) {
    const auto word = word_of(reboot_settings, text);
    if (!word) return word.error();
    if (*word == "Always" || *word == "AlwaysReboot") return RebootSetting::always;
    return *word == "Never" || *word == "NeverReboot" ? RebootSetting::never : RebootSetting::if_required;
}

Result<std::vector<PatchMask>> parse_package_mask(std::string_view text) {
    if (text.size() > longest_mask) return Error{Errc::invalid, fmt::format("a mask of more than {} characters", longest_mask)};
    auto whole = parse_mask(text);
    if (!whole) return whole.error();
    std::vector<PatchMask> masks{std::move(*whole)};
    if (text.find('=') != std::string_view::npos) return masks;
    // Names of some package managers have underscores, versions of some too: either may be the one between the two.
    const std::size_t first = text.find('_');
    const std::size_t last = text.rfind('_');
    const auto split = [&](std::size_t at) {
        if (at == 0 || at == std::string_view::npos || at + 1 == text.size()) return;
        masks.push_back({std::string(text.substr(0, at)), std::string(text.substr(at + 1))});
    };
    split(first);
    if (last != first) split(last);
    return masks;
}

InstallationRequest read_linux_parameters(const ObjectReader& in, ParametersOf whose) {
    in.warn_of_others(known_to(whose, linux_members, 3));
    return {.selection = {.classifications = read_classes(in, linux_classes, whose),
                          .include = read_masks(in, "packageNameMasksToInclude"),
                          .exclude = read_masks(in, "packageNameMasksToExclude")}};
}

InstallationRequest read_windows_parameters(const ObjectReader& in, ParametersOf whose) {
    in.warn_of_others(known_to(whose, windows_members, 4));
    InstallationRequest request{.selection = {.classifications = read_classes(in, windows_classes, whose),
                                              .include = in.parsed_each("kbNumbersToInclude", parse_kb),
                                              .exclude = in.parsed_each("kbNumbersToExclude", parse_kb)},
                                .exclude_reboot = in.flag("excludeKbsRequiringReboot").value_or(false)};
    if (whose == ParametersOf::maintenance) return request;
    request.selection.max_publish_date = in.parsed("maxPatchPublishDate", parse_instant);
    for (const auto name : {"patchNameMasksToInclude", "patchNameMasksToExclude"}) {
        const Json* masks = in.find(name, Json::Kind::array);
        if (masks != nullptr && !masks->items.empty()) in.fail(name, "masks of names cannot be honoured; use KB numbers");
    }
    return request;
}

}  // namespace guestpatch
