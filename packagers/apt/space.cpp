#include "packagers/apt/space.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "packagers/apt/version.hpp"

namespace guestpatch::apt {
namespace {

const Path archives = "/var/cache/apt/archives";
const Path boot = "/boot";

/// An archive unpacks to so many times its size, beside what it replaces.
constexpr std::uint64_t expansion = 4;

std::string human(std::uint64_t bytes) {
    static constexpr std::array<std::string_view, 4> units{"kB", "MB", "GB", "TB"};
    double value = static_cast<double>(bytes) / 1000;
    std::size_t unit = 0;
    for (; value >= 1000 && unit + 1 < units.size(); ++unit) value /= 1000;
    return fmt::format("{:.{}f} {}", value, unit == 0 ? 0 : 1, units[unit]);
}

std::optional<Refusal> require(Files& files, const Path& folder, std::uint64_t needed, std::string_view purpose) {
    const auto free = files.free_space(folder);
    if (!free || *free >= needed) return std::nullopt;
    return Refusal{Reason::disk_full, fmt::format("{} has {} free; {} needs {}", folder.generic_string(), human(*free),
                                                  purpose, human(needed))};
}

std::uint64_t total_download(const std::vector<Patch>& patches) {
    std::uint64_t bytes = 0;
    for (const Patch& patch : patches) bytes += patch.download_bytes;
    return bytes;
}

/// The batch's share of the plan's growth, and room for the largest archive beside the files it replaces.
std::uint64_t unpacking(const std::vector<Patch>& patches, const std::optional<PlanSize>& plan) {
    std::uint64_t largest = 0;
    for (const Patch& patch : patches) largest = std::max(largest, patch.download_bytes);
    double growth = plan ? static_cast<double>(std::max<std::int64_t>(plan->growth, 0)) : 0;
    if (plan && plan->download_bytes > 0) {
        const double share = static_cast<double>(total_download(patches)) / static_cast<double>(plan->download_bytes);
        growth *= std::min(share, 1.0);
    }
    return static_cast<std::uint64_t>(growth) + expansion * largest;
}

/// What the newest kernel takes in /boot, its initial RAM disk included, and a tenth more: the next will take as much.
std::uint64_t another_kernel(Files& files) {
    static constexpr std::array<std::string_view, 4> parts{"vmlinuz-", "initrd.img-", "System.map-", "config-"};
    const auto listed = files.list(boot);
    if (!listed) return 0;
    std::string newest;
    for (const FileInfo& file : *listed) {
        if (!file.name.starts_with(parts[0])) continue;
        const std::string release = file.name.substr(parts[0].size());
        if (newest.empty() || compare_versions(release, newest) > 0) newest = release;
    }
    if (newest.empty()) return 0;
    std::uint64_t bytes = 0;
    for (const FileInfo& file : *listed) {
        const bool its_own =
            std::ranges::any_of(parts, [&](std::string_view part) { return file.name == std::string(part) + newest; });
        if (its_own) bytes += file.size;
    }
    return bytes + bytes / 10;
}

}  // namespace

std::optional<Refusal> refuse_for_space(Files& files, const std::vector<Patch>& patches,
                                        const std::optional<PlanSize>& plan) {
    if (auto refusal = require(files, archives, total_download(patches), "fetching the archives")) return refusal;
    const std::uint64_t needed = unpacking(patches, plan);
    if (auto refusal = require(files, "/usr", needed, "unpacking them")) return refusal;
    // Where these are file systems of their own, only configuration, the database and some data go there.
    for (const Path& folder : {Path("/"), Path("/var")}) {
        if (auto refusal = require(files, folder, needed / 10, "unpacking them")) return refusal;
    }
    const bool kernel =
        std::ranges::any_of(patches, [](const Patch& patch) { return patch.id.name.starts_with("linux-image-"); });
    return kernel ? require(files, boot, another_kernel(files), "another kernel") : std::nullopt;
}

}  // namespace guestpatch::apt
