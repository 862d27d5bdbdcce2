#include "packagers/apt/install_output.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "packagers/apt/plan_output.hpp"
#include "platform/base/text.hpp"

namespace guestpatch::apt {
namespace {

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

/// What dpkg prints once it works on packages.
bool is_dpkg_work(std::string_view line) {
    static constexpr std::array<std::string_view, 6> starts{
        "Preparing to unpack ",     "Unpacking ",     "Setting up ", "Removing ",
        "Processing triggers for ", "De-configuring "};
    return std::ranges::any_of(starts, [line](std::string_view start) { return line.starts_with(start); });
}

/// "%2b" is '+': an archive's name as it stands in an address or in the archive cache.
std::string decode(std::string_view text) {
    std::string plain;
    for (std::size_t at = 0; at < text.size(); ++at) {
        unsigned char byte = 0;
        const char* hex = text.data() + at + 1;
        const bool escape =
            text[at] == '%' && at + 2 < text.size() && std::from_chars(hex, hex + 2, byte, 16).ptr == hex + 2;
        plain += escape ? static_cast<char>(byte) : text[at];
        if (escape) at += 2;
    }
    return plain;
}

/// The package an archive holds: "/tmp/apt-dpkg-install-x/0-name_1%3a2_amd64.deb", "http://.../name_2_amd64.deb".
PackageFault about_archive(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    const std::string_view folder = path.substr(0, slash == std::string_view::npos ? 0 : slash);
    std::string_view file = path.substr(slash == std::string_view::npos ? 0 : slash + 1);
    // Where apt links many archives into one folder it numbers them, so that dpkg takes them in order.
    if (contains(folder, "apt-dpkg-install-")) file.remove_prefix(std::min(file.find('-') + 1, file.size()));
    if (file.ends_with(".deb")) file.remove_suffix(4);
    PackageFault fault;
    if (const std::size_t last = file.rfind('_'); last != std::string_view::npos)
        fault.architecture = file.substr(last + 1);
    fault.name = decode(file.substr(0, file.find('_')));
    return fault;
}

Reason reason_of(std::string_view message) {
    if (contains(message, "No space left on device")) return Reason::disk_full;
    return message.starts_with("dependency problems") ? Reason::prerequisite_missing : Reason::script_failed;
}

/// "dpkg: error processing package NAME (--configure):", with the reason on the next line.
std::optional<PackageFault> dpkg_fault(std::string_view line, std::string_view rest) {
    constexpr std::string_view package = "dpkg: error processing package ";
    constexpr std::string_view archive = "dpkg: error processing archive ";
    const bool of_archive = line.starts_with(archive);
    if (!of_archive && !line.starts_with(package)) return std::nullopt;
    std::string_view subject = line.substr((of_archive ? archive : package).size());
    subject = subject.substr(0, subject.rfind(" (-"));
    PackageFault fault = of_archive ? about_archive(subject) : PackageFault{.name = std::string(subject)};
    fault.message = trim(take_line(rest));
    fault.reason = reason_of(fault.message);
    return fault;
}

/// "Failed to fetch URI  404  Not Found [IP: ...]".
std::optional<PackageFault> fetch_fault(std::string_view line) {
    constexpr std::string_view start = "Failed to fetch ";
    if (!line.starts_with(start)) return std::nullopt;
    std::string_view rest = line.substr(start.size());
    PackageFault fault = about_archive(take_until(rest, ' '));
    fault.reason = contains(rest, "No space left on device") ? Reason::disk_full : Reason::download_failed;
    fault.message = trim(rest);
    return fault;
}

/// "Skipping NAME, it is not installed and only upgrades are requested."
std::optional<PackageFault> gone(std::string_view line) {
    constexpr std::string_view start = "Skipping ";
    if (!line.starts_with(start) || !contains(line, ", it is not installed and only upgrades")) return std::nullopt;
    line.remove_prefix(start.size());
    return PackageFault{.name = std::string(take_until(line, ',')), .reason = Reason::superseded,
                        .message = "it is not installed any more"};
}

/// What an E: line means for everything that was asked for.
Reason meaning(std::string_view line) {
    static constexpr std::array<std::pair<std::string_view, Reason>, 13> meanings{{
        {"ould not get lock", Reason::lock_held},
        {"Unable to acquire the dpkg frontend lock", Reason::lock_held},
        {"Unable to lock ", Reason::lock_held},
        {"ou don't have enough free space", Reason::disk_full},
        {"No space left on device", Reason::disk_full},
        {"Failed to fetch ", Reason::download_failed},
        {"Unable to fetch some archives", Reason::download_failed},
        {"Some files failed to download", Reason::download_failed},
        {"remove is disabled", Reason::would_remove},
        {"Held packages were changed", Reason::held},
        {"Sub-process ", Reason::script_failed},
        {"Failure running script", Reason::script_failed},
        {"Problem executing scripts", Reason::script_failed},
    }};
    const auto found =
        std::ranges::find_if(meanings, [line](const auto& entry) { return contains(line, entry.first); });
    return found == meanings.end() ? Reason::prerequisite_missing : found->second;
}

/// Who holds the lock only the lines before the last error tell.
std::string last_holder(std::string_view out) {
    std::string holder;
    while (!out.empty()) {
        if (auto found = lock_holder(take_line(out))) holder = std::move(*found);
    }
    return holder;
}

Refusal complaint(std::string_view line, std::string_view out) {
    Refusal said{meaning(line), std::string(line)};
    if (said.reason == Reason::lock_held) {
        if (auto holder = lock_holder(line)) said.message = std::move(*holder);
        if (auto holder = last_holder(out); !holder.empty()) said.message = std::move(holder);
    }
    if (const auto unmet = unmet_dependencies(out); said.reason == Reason::prerequisite_missing && !unmet.empty()) {
        said.message += " " + unmet;
    }
    return said;
}

std::string_view plain(std::string_view name) {
    return name.substr(0, name.find(':'));
}

/// Whether a fault is about this patch. An architecture tells apart those of one name; a package may change its own.
bool is_about(const Patch& patch, const PackageFault& fault, bool only_one) {
    if (plain(patch.id.name) != plain(fault.name)) return false;
    const std::size_t colon = fault.name.find(':');
    const std::string_view architecture = colon == std::string::npos ? std::string_view(fault.architecture)
                                                                     : std::string_view(fault.name).substr(colon + 1);
    const bool foreign = patch.id.name.find(':') != std::string::npos;
    if (architecture.empty()) return only_one || !foreign;
    return only_one || architecture == patch.architecture || architecture == "all";
}

}  // namespace

std::optional<std::string> lock_holder(std::string_view line) {
    constexpr std::string_view start = "ould not get lock ";
    constexpr std::string_view middle = ". It is held by ";
    const std::size_t at = line.find(start);
    const std::size_t held = line.find(middle);
    if (at == std::string_view::npos || held == std::string_view::npos || held < at + start.size()) return std::nullopt;
    std::string_view holder = line.substr(held + middle.size());
    while (holder.ends_with('.')) holder.remove_suffix(1);
    return fmt::format("{} is held by {}", line.substr(at + start.size(), held - at - start.size()), holder);
}

InstallReport parse_install(std::string_view out, std::string_view err) {
    InstallReport report;
    for (std::string_view rest = out; !rest.empty() && !report.touched;) {
        const std::string_view line = take_line(rest);
        report.touched = is_dpkg_work(line);
        if (auto fault = gone(line)) report.faults.push_back(std::move(*fault));
    }
    for (std::string_view rest = err; !rest.empty();) {
        std::string_view line = take_line(rest);
        if (auto fault = dpkg_fault(line, rest)) {
            report.touched = true;
            report.faults.push_back(std::move(*fault));
        }
        constexpr std::string_view fatal = "dpkg: unrecoverable fatal error, aborting:";
        constexpr std::string_view locked = " lock was locked by another process with pid ";
        if (line.starts_with(fatal) && report.complaint.message.empty()) {
            const std::string_view why = trim(take_line(rest));
            report.complaint = {reason_of(why), std::string(why)};
        } else if (contains(line, locked) && report.complaint.message.empty()) {
            report.complaint = {Reason::lock_held, std::string(line)};
        }
        if (!line.starts_with("E: ")) continue;
        line.remove_prefix(3);
        if (auto fault = fetch_fault(line)) report.faults.push_back(std::move(*fault));
        if (report.complaint.message.empty()) report.complaint = complaint(line, out);
    }
    return report;
}

std::vector<PatchFailure> failures_among(const std::vector<Patch>& patches, const std::vector<PackageFault>& faults) {
    std::vector<PatchFailure> failures;
    for (const Patch& patch : patches) {
        const bool only_one = std::ranges::count_if(patches, [&](const Patch& other) {
                                  return plain(other.id.name) == plain(patch.id.name);
                              }) == 1;
        const auto fault = std::ranges::find_if(
            faults, [&](const PackageFault& candidate) { return is_about(patch, candidate, only_one); });
        if (fault != faults.end()) failures.push_back({patch.id, fault->reason, fault->message});
    }
    return failures;
}

}  // namespace guestpatch::apt
