// linuxParameters and windowsParameters: which patches a maintenance configuration or an operation asks for. Pure.
#pragma once

#include "agent/config/object_reader.hpp"
#include "agent/domain/installation.hpp"

namespace guestpatch {

enum class ParametersOf {
    maintenance,  ///< a configuration: without classificationsToInclude Critical and Security
    operation,    ///< says what it wants, and may say when that was published at the latest
};

[[nodiscard]] InstallationRequest read_linux_parameters(const ObjectReader& in, ParametersOf whose);
/// Masks of names cannot be honoured: those of an operation are faults.
[[nodiscard]] InstallationRequest read_windows_parameters(const ObjectReader& in, ParametersOf whose);

/// IfRequired, Never, Always, in every spelling the service has used.
Result<RebootSetting> parse_reboot_setting(std::string_view text);

/// One entry of packageNameMasks: `name=version` as files have it, or `name_version` as documents have it, which is a whole
/// name first. So one entry may be several masks, any of which may match.
Result<std::vector<PatchMask>> parse_package_mask(std::string_view text);

}  // namespace guestpatch
