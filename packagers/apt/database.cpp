#include "packagers/apt/database.hpp"

#include <algorithm>

#include "packagers/apt/version.hpp"

namespace guestpatch::apt {
namespace {

const Path folder = "/var/lib/dpkg";

/// The journal's parts are numbered; what else dpkg keeps beside them is not finished.
std::vector<Path> journal(Files& files) {
    std::vector<Path> parts;
    const auto listed = files.list(folder / "updates");
    if (!listed) return parts;
    for (const FileInfo& entry : *listed) {
        const bool number = std::ranges::all_of(entry.name, [](char c) { return c >= '0' && c <= '9'; });
        if (number) parts.push_back(folder / "updates" / entry.name);
    }
    return parts;
}

Result<std::vector<std::string>> read_texts(Files& files) {
    auto status = files.read(folder / "status");
    if (!status) return status.error();
    std::vector<std::string> texts{std::move(*status)};
    // Newer than the status file; apt does not mention it.
    for (const Path& part : journal(files)) {
        if (auto text = files.read(part)) texts.push_back(std::move(*text));
    }
    return texts;
}

/// The stanzas that begin so; dpkg puts the name first.
std::string stanzas(std::string_view text, const std::string& beginning) {
    std::string found;
    for (std::size_t at = text.find(beginning); at != std::string_view::npos; at = text.find(beginning, at + 1)) {
        if (at > 0 && text[at - 1] != '\n') continue;
        found += text.substr(at, text.find("\n\n", at) - at);
        found += "\n\n";
    }
    return found;
}

}  // namespace

Result<InstalledPackages> read_installed(Files& files) {
    const auto texts = read_texts(files);
    if (!texts) return texts.error();
    return parse_dpkg_status(*texts);
}

Result<InstalledPackages> read_installed(Files& files, std::string_view prefix) {
    auto texts = read_texts(files);
    if (!texts) return texts.error();
    for (std::string& text : *texts) text = stanzas(text, "Package: dpkg\n") + stanzas(text, "Package: " + std::string(prefix));
    return parse_dpkg_status(*texts);
}

bool journal_left(Files& files) {
    return !journal(files).empty();
}

std::vector<std::string> half_done(const InstalledPackages& installed) {
    std::vector<std::string> names;
    for (const auto& [name, package] : installed) {
        if (package.half_done()) names.push_back(name);
    }
    return names;
}

std::string native_architecture(const InstalledPackages& installed) {
    const auto dpkg = installed.find("dpkg");
    return dpkg == installed.end() ? std::string() : dpkg->second.architecture;
}

Presence presence(const InstalledPackages& installed, const PatchId& id) {
    const auto found = installed.find(id.name);
    if (found == installed.end()) return Presence::absent;
    const InstalledPackage& package = found->second;
    const bool older = compare_versions(package.version, id.version) < 0;
    // An older version that is half done was so before.
    if (package.half_done() && (!older || package.state == PackageState::half_installed)) return Presence::broken;
    return older ? Presence::absent : Presence::installed;
}

}  // namespace guestpatch::apt
