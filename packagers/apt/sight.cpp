#include "packagers/apt/sight.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <unordered_map>

#include "packagers/apt/reboot_rules.hpp"
#include "platform/base/mask.hpp"

namespace guestpatch::apt {
namespace {

using Versions = std::span<const PolicyVersion>;

/// What the resolver decided for one package.
enum class Fate { untouched, upgraded, added, kept_back };

struct Decision {
    Fate fate = Fate::untouched;
    bool removes = false;  ///< goes in only when something installed goes out
};

/// The archives apt would fetch, by package name; a name has one per architecture.
using Downloads = std::unordered_multimap<std::string_view, const PlannedDownload*>;

Downloads downloads_by_name(const UpgradePlan* plan) {
    Downloads downloads;
    if (plan == nullptr) return downloads;
    downloads.reserve(plan->downloads.size());
    for (const PlannedDownload& download : plan->downloads) downloads.emplace(download.name(), &download);
    return downloads;
}

/// Fills in what the archive's name and size tell.
void add_download(Patch& patch, const Downloads& downloads) {
    const std::size_t colon = patch.id.name.find(':');
    const std::string_view plain = std::string_view(patch.id.name).substr(0, colon);
    const std::string_view wanted = colon == std::string::npos ? std::string_view(patch.architecture)
                                                               : std::string_view(patch.id.name).substr(colon + 1);
    const auto [first, last] = downloads.equal_range(plain);
    for (auto download = first; download != last; ++download) {
        // A package may change between "all" and an architecture; only several archives of one name need telling apart.
        if (std::next(first) != last && download->second->architecture() != wanted) continue;
        patch.download_bytes = download->second->bytes;
        if (patch.architecture.empty()) patch.architecture = download->second->architecture();
    }
}

std::unordered_map<std::string_view, Decision> decisions(const Answers& answers) {
    std::unordered_map<std::string_view, Decision> made;
    if (answers.plan == nullptr) return made;
    made.reserve(answers.plan->upgraded.size() + answers.plan->added.size() + answers.plan->kept_back.size());
    const bool removals = answers.plan_without_removals != nullptr;
    for (const auto& package : answers.plan->kept_back) made[package.name].fate = Fate::kept_back;
    for (const auto& package : answers.plan->upgraded) made[package.name] = {Fate::upgraded, removals};
    for (const auto& package : answers.plan->added) made[package.name] = {Fate::added, removals};
    if (removals) {
        for (const auto& package : answers.plan_without_removals->upgraded) made[package.name].removes = false;
        for (const auto& package : answers.plan_without_removals->added) made[package.name].removes = false;
    }
    return made;
}

Reason reason_for(HeldBack held_back) {
    switch (held_back) {
        case HeldBack::held: return Reason::held;
        case HeldBack::pinned: return Reason::pinned;
        case HeldBack::phased: return Reason::phased;
        case HeldBack::kept_back: return Reason::kept_back;
        case HeldBack::would_remove: return Reason::would_remove;
    }
    return Reason::kept_back;
}

/// apt and dpkg with what they cannot work without: a fault in them that is already mended must not meet the rest.
bool goes_first(std::string_view name) {
    static constexpr std::array<std::string_view, 6> first{
        "apt", "apt-utils", "libapt-pkg*", "dpkg", "debian-archive-keyring", "ubuntu-keyring"};
    return std::ranges::any_of(first, [name](std::string_view mask) { return wildcard_match(mask, name); });
}

/// Reads one package's version table against the machine's sources.
class Judge {
  public:
    Judge(const Lists& lists, const PackagePolicy& policy) : lists_(lists), policy_(policy) {}

    /// Newer than what is installed, newest first; every version when nothing is installed.
    [[nodiscard]] Versions newer() const {
        const auto installed = std::ranges::find_if(policy_.versions, &PolicyVersion::installed);
        return {policy_.versions.begin(), installed};
    }

    [[nodiscard]] bool security(const PolicyVersion& version) const { return security_source(version) != nullptr; }

    /// Offered by a repository that is meant to be followed: experimental and backports are not.
    [[nodiscard]] bool automatic(const PolicyVersion& version) const {
        return std::ranges::any_of(version.sources, [this](std::string_view description) {
            const Source* source = find(description);
            return source == nullptr || !source->release.not_automatic;
        });
    }

    /// A patch to `version`, the newest of `steps`; Security when any step on the way is.
    [[nodiscard]] Patch patch(const PolicyVersion& version, Versions steps) const {
        Patch patch{.id = {std::string(policy_.name), std::string(version.version)},
                    .installed_version = std::string(policy_.installed)};
        const bool security_step =
            std::ranges::any_of(steps, [this](const PolicyVersion& step) { return security(step); });
        patch.classification = security_step ? Classification::security : Classification::other;
        patch.source = source_name(version);
        patch.reboot = reboot_behavior(policy_.name);
        patch.first = goes_first(policy_.name);
        return patch;
    }

  private:
    [[nodiscard]] const Source* find(std::string_view description) const {
        const auto found = lists_.by_description.find(description);
        return found == lists_.by_description.end() ? nullptr : &found->second;
    }
    [[nodiscard]] const Source* security_source(const PolicyVersion& version) const {
        for (const std::string_view description : version.sources) {
            const Source* source = find(description);
            if (source != nullptr && source->security) return source;
        }
        return nullptr;
    }
    [[nodiscard]] std::string source_name(const PolicyVersion& version) const {
        if (const Source* source = security_source(version)) return source->repository;
        if (version.sources.empty()) return "";
        const Source* source = find(version.sources.front());
        return source == nullptr ? std::string(version.sources.front()) : source->repository;
    }

    const Lists& lists_;
    const PackagePolicy& policy_;
};

void hold_back(Patch& patch, HeldBack why) {
    patch.held_back = why;
    patch.reason = reason_for(why);
}

/// What stands between an installed package and its candidate, if anything.
std::optional<HeldBack> obstacle(const Decision& decision, const PolicyVersion& candidate, bool held) {
    if (decision.fate == Fate::upgraded) return decision.removes ? std::optional(HeldBack::would_remove) : std::nullopt;
    if (held) return HeldBack::held;
    // apt phases with a machine-wide coin: 100 % means everybody.
    if (candidate.phased_percent.value_or(100) < 100) return HeldBack::phased;
    return HeldBack::kept_back;
}

/// The patches of an installed package: to its candidate, and to a security fix (or, without a candidate,
/// to any newer version) that pinning keeps away.
void judge_installed(std::vector<Patch>& patches, const Judge& judge, const PackagePolicy& policy,
                     const InstalledPackage& package, const Decision& decision) {
    const Versions newer = judge.newer();
    const auto candidate = std::ranges::find(newer, policy.candidate, &PolicyVersion::version);
    if (candidate != newer.end()) {
        Patch patch = judge.patch(*candidate, {candidate, newer.end()});
        patch.architecture = package.architecture;
        if (const auto why = obstacle(decision, *candidate, package.held)) hold_back(patch, *why);
        patches.push_back(std::move(patch));
    }
    const Versions out_of_reach{newer.begin(), candidate};
    const auto pinned = std::ranges::find_if(out_of_reach, [&](const PolicyVersion& version) {
        return judge.security(version) || (candidate == newer.end() && judge.automatic(version));
    });
    if (pinned == out_of_reach.end()) return;
    Patch patch = judge.patch(*pinned, {pinned, out_of_reach.end()});
    patch.architecture = package.architecture;
    hold_back(patch, package.held ? HeldBack::held : HeldBack::pinned);
    patches.push_back(std::move(patch));
}

void judge_new(std::vector<Patch>& patches, const Judge& judge, const PackagePolicy& policy, const Decision& decision) {
    const auto candidate = std::ranges::find(policy.versions, policy.candidate, &PolicyVersion::version);
    if (candidate == policy.versions.end()) return;
    Patch patch = judge.patch(*candidate, {candidate, candidate + 1});
    if (decision.removes) hold_back(patch, HeldBack::would_remove);
    patches.push_back(std::move(patch));
}

}  // namespace

std::vector<Patch> assemble_patches(const Answers& answers) {
    const auto made = decisions(answers);
    std::vector<Patch> patches;
    patches.reserve(made.size());
    auto installed = answers.installed.begin();
    for (const PackagePolicy& policy : answers.policies) {
        const Judge judge(answers.lists, policy);
        const auto found = made.find(policy.name);
        const Decision decision = found == made.end() ? Decision{} : found->second;
        // apt answers in the order it was asked, which was this map's: the next entry is usually the one.
        if (installed != answers.installed.end() && installed->first < policy.name) ++installed;
        if (installed == answers.installed.end() || installed->first != policy.name) installed = answers.installed.find(policy.name);
        if (installed != answers.installed.end()) {
            judge_installed(patches, judge, policy, installed->second, decision);
        } else if (decision.fate == Fate::added) {
            judge_new(patches, judge, policy, decision);
        }
    }
    const Downloads downloads = downloads_by_name(answers.plan);
    for (Patch& patch : patches) {
        if (!patch.held_back || patch.held_back == HeldBack::would_remove) add_download(patch, downloads);
    }
    if (!std::ranges::is_sorted(patches, {}, &Patch::id)) std::ranges::sort(patches, {}, &Patch::id);
    return patches;
}

}  // namespace guestpatch::apt
