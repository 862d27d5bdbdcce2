#include "packagers/apt/lists.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "platform/base/text.hpp"

namespace guestpatch::apt {
namespace {

using Folder = std::map<std::string, FileInfo, std::less<>>;

Folder read_folder(Files& files, const Path& path) {
    Folder folder;
    if (auto listed = files.list(path)) {
        for (FileInfo& info : *listed) {
            std::string name = info.name;
            folder.emplace(std::move(name), std::move(info));
        }
    }
    return folder;
}

/// One index on disk. apt keeps it plain or in one of its compressions (Acquire::GzipIndexes).
struct ListFile {
    bool present = false;
    std::optional<std::uint64_t> plain_size;  ///< of a list kept uncompressed
    Path empty;                               ///< a file of 0 bytes where the list should be
};

ListFile look_for(const Folder& folder, const Path& plain) {
    static constexpr std::array<std::string_view, 7> suffixes{"", ".lz4", ".gz", ".xz", ".zst", ".bz2", ".lzma"};
    ListFile file;
    for (const std::string_view suffix : suffixes) {
        const auto found = folder.find(plain.filename().string() + std::string(suffix));
        if (found == folder.end()) continue;
        if (found->second.size > 0) {
            file.present = true;
            if (suffix.empty()) file.plain_size = found->second.size;
        } else {
            file.empty = plain.parent_path() / found->first;
        }
    }
    return file;
}

/// Whether the repository says it has packages for this index.
bool expected(const IndexTarget& target, const Release& release, std::string_view release_text) {
    if (target.architecture == "all" && !release.lists_all_separately) return false;
    const std::string known = " " + release.architectures + " ";
    const bool flat = target.architecture.starts_with('$');  // apt leaves what does not apply unexpanded
    if (!flat && !release.architectures.empty() && known.find(" " + target.architecture + " ") == std::string::npos) return false;
    return has_index(release_text, target.meta_key);
}

/// What all targets of one Release file share.
struct Group {
    std::string release_text;  ///< empty: never fetched
    Path empty_release;        ///< a Release file of 0 bytes
    Release release;
};

Group read_group(Files& files, const Folder& folder, const IndexTarget& first) {
    Group group;
    for (const char* name : {"InRelease", "Release"}) {
        const Path path(first.list_prefix() + name);
        if (!folder.contains(path.filename().string())) continue;
        const auto text = files.read(path);
        if (text && text->empty()) group.empty_release = path;
        if (text && group.release_text.empty()) group.release_text = *text;
    }
    group.release = parse_release(group.release_text);
    return group;
}

BlindSpot unseen(const IndexTarget& target, BlindSpotCode code, bool security, std::string_view why) {
    return {target.repository(), code, fmt::format("{} ({}): {}", target.description, target.entry, why), security};
}

void judge(Lists& lists, const Group& group, const Folder& folder, const IndexTarget& target, const SecurityRules& rules) {
    const bool fetched = !group.release_text.empty();
    const bool security = fetched ? is_security(group.release, rules) : looks_like_security(target.repository());
    lists.by_description[target.description] = {target.repository(), group.release, security};
    const ListFile list = look_for(folder, target.file);
    const auto stated = list.plain_size ? stated_size(group.release_text, target.meta_key) : std::nullopt;
    if (stated && *stated != *list.plain_size) {
        // apt complains about such a list once, then leaves it out of every later answer without a word.
        lists.blind_spots.push_back(unseen(target, BlindSpotCode::list_damaged, security,
                                           fmt::format("its package list has {} bytes instead of {}", *list.plain_size, *stated)));
        lists.damaged.emplace_back(target.file);
        return;
    }
    if (list.present) {
        lists.extended_support = lists.extended_support || is_extended_support(group.release);
        return;
    }
    if (!fetched) {
        lists.blind_spots.push_back(
            unseen(target, BlindSpotCode::source_not_fetched, security, "its index was never fetched"));
        if (!group.empty_release.empty()) lists.damaged.push_back(group.empty_release);
    } else if (!list.empty.empty()) {  // apt leaves no file where a repository has no packages: this is damage
        lists.blind_spots.push_back(unseen(target, BlindSpotCode::list_empty, security, "its package list is empty"));
        lists.damaged.push_back(list.empty);
    } else if (expected(target, group.release, group.release_text)) {
        lists.blind_spots.push_back(
            unseen(target, BlindSpotCode::source_not_fetched, security, "its package list is missing"));
        lists.damaged.emplace_back(target.file);
    }
}

}  // namespace

Lists inspect_lists(Files& files, const std::vector<IndexTarget>& targets, const SecurityRules& rules) {
    Lists lists;
    std::map<Path, Folder> folders;
    std::map<std::string, Group> groups;
    for (const IndexTarget& target : targets) {
        const Path parent = Path(target.file).parent_path();
        auto folder = folders.find(parent);
        if (folder == folders.end()) {
            folder = folders.emplace(parent, read_folder(files, parent)).first;
            if (auto info = files.info(parent)) lists.last_change = std::max(info->modified, lists.last_change.value_or(Instant()));
        }
        const std::string prefix = target.list_prefix();
        auto group = groups.find(prefix);
        if (group == groups.end()) group = groups.emplace(prefix, read_group(files, folder->second, target)).first;
        judge(lists, group->second, folder->second, target, rules);
    }
    // One line per repository is enough: amd64 and all of a source never fetched say the same.
    std::ranges::stable_sort(lists.blind_spots, {}, &BlindSpot::source);
    const auto twice = std::ranges::unique(lists.blind_spots, {}, &BlindSpot::source);
    lists.blind_spots.erase(twice.begin(), twice.end());
    return lists;
}

}  // namespace guestpatch::apt
