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

enum class ListState { present, empty, missing };

/// apt keeps a list plain or in one of its compressions (Acquire::GzipIndexes).
ListState state_of(const Folder& folder, const std::string& name) {
    static constexpr std::array<std::string_view, 7> suffixes{"", ".lz4", ".gz", ".xz", ".zst", ".bz2", ".lzma"};
    ListState state = ListState::missing;
    for (const std::string_view suffix : suffixes) {
        const auto found = folder.find(name + std::string(suffix));
        if (found == folder.end()) continue;
        if (found->second.size > 0) return ListState::present;
        state = ListState::empty;
    }
    return state;
}

/// Whether the repository says it has packages for this index.
bool expected(const IndexTarget& target, const Release& release, std::string_view release_text) {
    if (target.architecture == "all" && !release.lists_all_separately) return false;
    const std::string known = " " + release.architectures + " ";
    if (!release.architectures.empty() && known.find(" " + target.architecture + " ") == std::string::npos) return false;
    return stated_size(release_text, target.meta_key).value_or(0) > 0;
}

/// All targets of one Release file.
class Group {
  public:
    Group(Files& files, const Folder& folder, const IndexTarget& first) : prefix_(first.list_prefix()) {
        for (const char* name : {"InRelease", "Release"}) {
            const Path path(prefix_ + name);
            if (!folder.contains(path.filename().string())) continue;
            if (auto text = files.read(path)) {
                release_text = std::move(*text);
                release_path = path;
                break;
            }
        }
        release = parse_release(release_text);
    }

    [[nodiscard]] bool fetched() const { return !release_text.empty(); }
    [[nodiscard]] const std::string& prefix() const { return prefix_; }

    std::string release_text;
    Path release_path;
    Release release;

  private:
    std::string prefix_;
};

BlindSpot unseen(const IndexTarget& target, BlindSpotCode code, bool security, std::string_view why) {
    return {target.repository(), code, fmt::format("{} ({}): {}", target.description, target.entry, why), security};
}

void judge(Lists& lists, const Group& group, const Folder& folder, const IndexTarget& target, const SecurityRules& rules) {
    const bool security = group.fetched() ? is_security(group.release, rules) : looks_like_security(target.repository());
    lists.by_description[target.description] = {target.repository(), group.release, security};
    const Path file(target.file);
    const ListState state = state_of(folder, file.filename().string());
    if (state == ListState::present) {
        lists.extended_support = lists.extended_support || is_extended_support(group.release);
        return;
    }
    if (!group.fetched()) {
        lists.blind_spots.push_back(
            unseen(target, BlindSpotCode::source_not_fetched, security, "its index was never fetched"));
    } else if (expected(target, group.release, group.release_text)) {
        const bool empty = state == ListState::empty;
        lists.blind_spots.push_back(unseen(target, empty ? BlindSpotCode::list_empty : BlindSpotCode::source_not_fetched,
                                           security, empty ? "its package list is empty" : "its package list is missing"));
        lists.damaged.push_back(group.release_path);
        if (empty) lists.damaged.push_back(file);
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
        if (group == groups.end()) group = groups.emplace(prefix, Group(files, folder->second, target)).first;
        judge(lists, group->second, folder->second, target, rules);
    }
    // One line per repository is enough: amd64 and all of a source never fetched say the same.
    std::ranges::stable_sort(lists.blind_spots, {}, &BlindSpot::source);
    const auto twice = std::ranges::unique(lists.blind_spots, {}, &BlindSpot::source);
    lists.blind_spots.erase(twice.begin(), twice.end());
    return lists;
}

}  // namespace guestpatch::apt
