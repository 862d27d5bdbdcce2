#include "packagers/apt/reboot_rules.hpp"

#include <algorithm>
#include <array>

#include "packagers/apt/version.hpp"
#include "platform/base/mask.hpp"

namespace guestpatch::apt {
namespace {


constexpr std::array<std::string_view, 9> in_use_everywhere{
    "libc6*",           // every process maps it
    "libssl*",          // every daemon that encrypts
    "openssl",          //
    "libpam*",          // login sessions last for weeks
    "systemd*",         // process 1 re-executes itself, its session daemons do not
    "udev*",            //
    "dbus*",            // cannot be restarted without ending the sessions on it
    "*-microcode",      // loaded into the processor at boot
    "linux-firmware*",  // loaded by drivers at boot
};

/// "6.1.0-50-cloud-amd64" is version "6.1.0-50" of flavour "cloud-amd64".
struct Kernel {
    std::string_view release;
    std::string_view version;
    std::string_view flavour;
};

std::optional<Kernel> parse_kernel(std::string_view release) {
    if (release.empty() || release.front() < '0' || release.front() > '9') return std::nullopt;
    for (std::size_t hyphen = release.find('-'); hyphen != std::string_view::npos;
         hyphen = release.find('-', hyphen + 1)) {
        const std::string_view rest = release.substr(hyphen + 1);
        if (!rest.empty() && rest.front() >= 'a' && rest.front() <= 'z')
            return Kernel{release, release.substr(0, hyphen), rest};
    }
    return std::nullopt;
}

/// The kernel a package brings. Ubuntu calls those without a signature linux-image-unsigned-X, Debian
/// linux-image-X-unsigned.
std::optional<Kernel> kernel_of(std::string_view package) {
    if (!package.starts_with(kernel_prefix)) return std::nullopt;
    package.remove_prefix(kernel_prefix.size());
    constexpr std::string_view unsigned_prefix = "unsigned-";
    constexpr std::string_view unsigned_suffix = "-unsigned";
    if (package.starts_with(unsigned_prefix)) package.remove_prefix(unsigned_prefix.size());
    if (package.ends_with(unsigned_suffix)) package.remove_suffix(unsigned_suffix.size());
    return parse_kernel(package);
}

}  // namespace

RebootBehavior reboot_behavior(std::string_view package) {
    if (package.starts_with(kernel_prefix)) return RebootBehavior::always_requires_reboot;
    const bool listed = std::ranges::any_of(in_use_everywhere,
                                            [package](std::string_view mask) { return wildcard_match(mask, package); });
    return listed ? RebootBehavior::can_request_reboot : RebootBehavior::unknown;
}

std::optional<std::string> newer_kernel(const InstalledPackages& installed, std::string_view running) {
    const auto current = parse_kernel(running);
    if (!current) return std::nullopt;
    Kernel newest = *current;
    bool running_is_installed = false;
    for (auto entry = installed.lower_bound(kernel_prefix); entry != installed.end(); ++entry) {
        const auto& [name, package] = *entry;
        if (!name.starts_with(kernel_prefix)) break;
        const auto kernel = kernel_of(name);
        if (!kernel || kernel->flavour != current->flavour || package.half_done()) continue;
        running_is_installed = running_is_installed || kernel->release == running;
        if (compare_versions(kernel->version, newest.version) > 0) newest = *kernel;
    }
    if (!running_is_installed || newest.release == running) return std::nullopt;
    return std::string(newest.release);
}

}  // namespace guestpatch::apt
