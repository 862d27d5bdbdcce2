// What a package's name tells about reboots. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "packagers/apt/dpkg_status.hpp"
#include "packagers/patch.hpp"

namespace guestpatch::apt {

/// How the names of kernel packages begin.
constexpr std::string_view kernel_prefix = "linux-image-";

/// Debian's packages say nothing about it: kernels always need one, and what is in use everywhere may ask for one
/// through /run/reboot-required.
[[nodiscard]] RebootBehavior reboot_behavior(std::string_view package);

/// The newest installed kernel of the running one's flavour, "6.1.0-51-amd64"; nothing when none is newer, or when
/// the running one is not a package of this machine (a container, a kernel of the host's).
[[nodiscard]] std::optional<std::string> newer_kernel(const InstalledPackages& installed, std::string_view running);

}  // namespace guestpatch::apt
