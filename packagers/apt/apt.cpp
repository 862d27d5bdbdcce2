#include "packagers/apt/apt.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <future>

#include "packagers/apt/dpkg_status.hpp"
#include "packagers/apt/lists.hpp"
#include "packagers/apt/plan_output.hpp"
#include "packagers/apt/policy_output.hpp"
#include "packagers/apt/pro_output.hpp"
#include "packagers/apt/sight.hpp"
#include "packagers/apt/sources.hpp"
#include "packagers/apt/update_output.hpp"
#include "platform/base/text.hpp"

namespace guestpatch::apt {
namespace {

using std::chrono::minutes;

constexpr minutes refresh_limit{30};
constexpr minutes silence_limit{5};
constexpr minutes question_limit{10};
constexpr minutes lock_patience{1};

const Path dpkg_folder = "/var/lib/dpkg";
const Path lists_lock = "/var/lib/apt/lists/lock";

using InstalledPackages = std::map<std::string, InstalledPackage, std::less<>>;
using Words = std::vector<std::string>;

/// The first error apt printed, for a message.
std::string first_complaint(const Completion& completion) {
    std::string_view rest = completion.err;
    while (!rest.empty()) {
        const std::string_view line = take_line(rest);
        if (line.starts_with("E: ")) return std::string(line.substr(3));
    }
    return describe(completion);
}

Error cancelled() { return {Errc::cancelled, "a stop was requested"}; }

/// Container images switch apt's binary caches off ("pkgcache "";"): every call then parses 50 MB of lists.
bool caches_switched_off(Files& files) {
    const Path folder = "/etc/apt/apt.conf.d";
    const auto listed = files.list(folder);
    if (!listed) return false;
    return std::ranges::any_of(*listed, [&](const FileInfo& info) {
        const auto text = files.read(folder / info.name);
        std::string_view rest = text ? std::string_view(*text) : std::string_view();
        while (!rest.empty()) {
            const std::string_view line = trim(take_line(rest));
            if (line.starts_with("Dir::Cache::pkgcache") && line.ends_with("\"\";")) return true;
        }
        return false;
    });
}

class Apt final : public PackageManager {
  public:
    Apt(Seams seams, PackageManagerSettings settings)
        : seams_(seams), settings_(std::move(settings)), os_release_(seams.host.facts().os_release) {
        rules_ = security_rules(os_release_, settings_.security_origins);
        if (caches_switched_off(seams_.files)) {
            cache_options_ = {"-o", "Dir::Cache::pkgcache=" + (settings_.private_cache / "pkgcache.bin").string(), "-o",
                              "Dir::Cache::srcpkgcache=" + (settings_.private_cache / "srcpkgcache.bin").string()};
        }
    }

    Refresh refresh(Context& context) override;
    Result<Sight> pending(Context& context) override;
    Result<RebootNeed> reboot_need(Context& context) override;

  private:
    [[nodiscard]] Result<Completion> ask(Context& context, Words argv) const;
    [[nodiscard]] Words with_caches(Words argv) const;
    [[nodiscard]] Result<Completion> update(Context& context) const;
    [[nodiscard]] std::optional<Lists> inspect(Context& context);
    [[nodiscard]] Result<InstalledPackages> read_installed() const;
    [[nodiscard]] Result<std::string> policy(Context& context, const std::vector<std::string>& names) const;
    void add_pro_patches(Context& context, Sight& sight) const;
    [[nodiscard]] std::optional<Instant> metadata_time(const Lists& lists) const;

    Seams seams_;
    PackageManagerSettings settings_;
    std::map<std::string, std::string> os_release_;
    SecurityRules rules_;
    Words cache_options_;
    // The sources do not change between a refresh and the look that follows it: asked once.
    std::optional<std::vector<IndexTarget>> targets_;
};

// --- asking ----------------------------------------------------------------------------------------

Result<Completion> Apt::ask(Context& context, Words argv) const {
    const milliseconds left = context.deadline.left(seams_.clocks.boot());
    const Command command{.argv = std::move(argv),
                          .environment = {"DEBIAN_FRONTEND=noninteractive"},
                          .deadline = std::min<milliseconds>(question_limit, left),
                          .silence = question_limit};
    auto completion = seams_.processes.run(command, context.stop);
    if (completion && completion->end == RunEnd::cancelled) return cancelled();
    return completion;
}

Words Apt::with_caches(Words argv) const {
    argv.insert(argv.begin() + 1, cache_options_.begin(), cache_options_.end());
    return argv;
}

std::optional<Lists> Apt::inspect(Context& context) {
    if (!targets_) {
        auto answer = ask(context, {"apt-get", "indextargets", "--no-release-info", "--format", index_target_format()});
        if (!answer || !answer->exited_with(0)) return std::nullopt;
        auto targets = parse_index_targets(answer->out);
        if (!targets) return std::nullopt;
        targets_ = std::move(*targets);
    }
    return inspect_lists(seams_.files, *targets_, rules_);
}

Result<InstalledPackages> Apt::read_installed() const {
    auto status = seams_.files.read(dpkg_folder / "status");
    if (!status) return status.error();
    std::vector<std::string> texts{std::move(*status)};
    // A dpkg that was interrupted leaves its journal here, newer than the status file.
    if (const auto journal = seams_.files.list(dpkg_folder / "updates")) {
        for (const FileInfo& entry : *journal) {
            if (auto text = seams_.files.read(dpkg_folder / "updates" / entry.name)) texts.push_back(std::move(*text));
        }
    }
    return parse_dpkg_status(texts);
}

Result<std::string> Apt::policy(Context& context, const std::vector<std::string>& names) const {
    Words argv = with_caches({"apt-cache", "policy", "--"});
    argv.insert(argv.end(), names.begin(), names.end());
    auto answer = ask(context, std::move(argv));
    if (!answer) return answer.error();
    if (!answer->exited_with(0)) return Error{Errc::failed, "apt-cache policy: " + first_complaint(*answer)};
    return std::move(answer->out);
}

// --- refreshing ------------------------------------------------------------------------------------

Result<Completion> Apt::update(Context& context) const {
    const milliseconds left = context.deadline.left(seams_.clocks.boot());
    const Command command{
        // Error-Mode: since apt 2.1.6; older ones ignore it, their W: lines are read all the same.
        // Generate=false: two thirds of a refresh that changes nothing would be rebuilding the cache.
        .argv = {"apt-get", "update", "-q", "-o", "APT::Update::Error-Mode=any", "-o", "pkgCacheFile::Generate=false",
                 "-o", "APT::Status-Fd=1"},
        .environment = {"DEBIAN_FRONTEND=noninteractive"},
        .deadline = std::min<milliseconds>(refresh_limit, left),
        .silence = silence_limit};
    std::string tail;
    return seams_.processes.run(command, context.stop, [&](std::string_view piece) {
        tail += piece;
        std::optional<int> percent;
        std::string_view rest = tail;
        while (rest.find('\n') != std::string_view::npos) {
            if (const auto found = parse_update_percent(take_line(rest))) percent = found;
        }
        tail = std::string(rest);
        if (percent) context.progress.step("refreshing package lists", percent);
    });
}

Refresh Apt::refresh(Context& context) {
    Refresh refreshed;
    context.progress.step("refreshing package lists", std::nullopt);
    if (const auto lists = inspect(context); lists && !lists->damaged.empty()) {
        for (const Path& file : lists->damaged) {
            if (auto removed = seams_.files.remove(file); !removed) seams_.log.warning(removed.error().message);
        }
        refreshed.notes.push_back({"LISTS_REBUILT", fmt::format("package lists were damaged and fetched again: {}",
                                                                lists->blind_spots.front().message)});
    }
    auto completion = update(context);
    UpdateFailures failures;
    if (completion) failures = parse_update_failures(completion->err);
    if (failures.lists_locked) {
        context.progress.step("waiting for another apt to finish", std::nullopt);
        seams_.log.warning(failures.lock_holder);
        if (seams_.locks.wait_until_free(lists_lock, lock_patience, context.stop)) {
            completion = update(context);
            failures = completion ? parse_update_failures(completion->err) : UpdateFailures();
        }
    }
    const auto lists = inspect(context);
    for (BlindSpot& spot : failures.sources) {
        spot.security = looks_like_security(spot.source);
        for (const auto& [description, source] : lists ? lists->by_description : decltype(Lists::by_description)()) {
            if (source.repository == spot.source) spot.security = spot.security || source.security;
        }
    }
    refreshed.blind_spots = std::move(failures.sources);
    if (failures.lists_locked) {
        refreshed.blind_spots.push_back({"apt-get update", BlindSpotCode::lock_held, failures.lock_holder, true});
    } else if (!completion) {
        refreshed.blind_spots.push_back({"apt-get update", BlindSpotCode::refresh_failed, completion.error().message, true});
    } else if (!failures.first_error.empty() || (!completion->exited_with(0) && refreshed.blind_spots.empty())) {
        const std::string why = failures.first_error.empty() ? describe(*completion) : failures.first_error;
        refreshed.blind_spots.push_back({"apt-get update", BlindSpotCode::refresh_failed, why, true});
    }
    return refreshed;
}

// --- looking ---------------------------------------------------------------------------------------

/// apt's machine-readable-enough plan: the resolver's exact answer at a third of a simulation's price.
/// Runs as any user, beside a running dpkg, and changes nothing.
Words plan_command(Words verb) {
    // Without --allow-downgrades one pin above 1000 would make apt refuse the whole plan.
    Words argv{"apt-get", "--print-uris", "-V", "-y", "--allow-downgrades", "-o", "APT::Get::AutomaticRemove=false"};
    argv.insert(argv.end(), verb.begin(), verb.end());
    return argv;
}

std::vector<std::string> names_of(const InstalledPackages& installed) {
    std::vector<std::string> names;
    names.reserve(installed.size());
    for (const auto& [name, package] : installed) names.push_back(name);
    return names;
}

void note_broken_packages(Sight& sight, const InstalledPackages& installed) {
    for (const auto& [name, package] : installed) {
        if (!package.sound) sight.repair_needed.push_back(name);
    }
    if (sight.repair_needed.empty()) return;
    sight.blind_spots.push_back(
        {"dpkg", BlindSpotCode::packages_broken,
         fmt::format("not fully installed: {}; `dpkg --configure -a` would finish them", join(sight.repair_needed))});
}

void note_missing_sources(Sight& sight, const Lists& lists) {
    if (lists.by_description.empty()) {
        sight.blind_spots.push_back({"apt", BlindSpotCode::no_sources, "no package source is configured in /etc/apt", true});
        return;
    }
    const bool security =
        std::ranges::any_of(lists.by_description, [](const auto& entry) { return entry.second.security; });
    if (security) return;
    sight.blind_spots.push_back({"apt", BlindSpotCode::no_security_source,
                                 "none of the configured sources is a security pocket; "
                                 "packageManager.securityOrigins names further ones", true});
}

std::optional<Instant> Apt::metadata_time(const Lists& lists) const {
    std::optional<Instant> newest = lists.last_change;
    // update-notifier and others stamp every successful refresh here, also one that changed nothing.
    if (const auto stamp = seams_.files.info("/var/lib/apt/periodic/update-success-stamp")) {
        newest = std::max(newest.value_or(Instant()), stamp->modified);
    }
    return newest;
}

void Apt::add_pro_patches(Context& context, Sight& sight) const {
    const auto id = os_release_.find("ID");
    if (id == os_release_.end() || id->second != "ubuntu") return;
    const auto answer = ask(context, {"pro", "security-status", "--format=json"});
    if (!answer && answer.error().code == Errc::not_found) return;
    auto patches = !answer ? Result<std::vector<Patch>>(answer.error())
                   : answer->exited_with(0) ? parse_pro_status(answer->out)
                                            : Error{Errc::failed, "pro security-status: " + describe(*answer)};
    if (!patches) {
        sight.blind_spots.push_back({"pro", BlindSpotCode::advisories_unreadable, patches.error().message, true});
        return;
    }
    for (Patch& patch : *patches) {
        const auto seen = std::ranges::find(sight.patches, patch.id, &Patch::id);
        if (seen == sight.patches.end()) sight.patches.push_back(std::move(patch));
    }
    std::ranges::sort(sight.patches, {}, &Patch::id);
}

Result<Sight> Apt::pending(Context& context) {
    auto installed = read_installed();
    if (!installed) return installed.error();

    // The small questions run beside the resolver, which takes longest.
    context.progress.step("resolving upgrades", std::nullopt);
    auto small = std::async(std::launch::async, [&] {
        auto lists = inspect(context);
        return std::pair(std::move(lists), policy(context, names_of(*installed)));
    });
    auto resolved = ask(context, with_caches(plan_command({"dist-upgrade"})));
    auto [lists, policy_text] = small.get();
    if (!resolved) return resolved.error();
    if (!policy_text) return policy_text.error();
    if (!lists) return Error{Errc::failed, "apt-get indextargets: the configured sources cannot be read"};

    Sight sight{.blind_spots = lists->blind_spots, .metadata_time = metadata_time(*lists), .extended_support = lists->extended_support};
    auto plan = resolved->exited_with(0) ? parse_plan(resolved->out) : Error{Errc::failed, first_complaint(*resolved)};
    if (!plan) sight.blind_spots.push_back({"apt-get", BlindSpotCode::resolver_failed, plan.error().message});

    std::optional<Completion> gentle;  // what goes in without a removal
    std::optional<UpgradePlan> gentle_plan;
    if (plan && !plan->removed.empty() && !settings_.allow_removals) {
        context.progress.step("resolving upgrades without removals", std::nullopt);
        auto answer = ask(context, with_caches(plan_command({"upgrade", "--with-new-pkgs"})));
        if (!answer) return answer.error();
        gentle = std::move(*answer);
        auto parsed = gentle->exited_with(0) ? parse_plan(gentle->out) : Error{};
        gentle_plan = parsed ? std::move(*parsed) : UpgradePlan();  // nothing goes in without one, then
    }
    std::string new_text;
    if (plan && !plan->added.empty()) {
        std::vector<std::string> names;
        for (const PlannedPackage& package : plan->added) names.emplace_back(package.name);
        auto answer = policy(context, names);
        if (!answer) return answer.error();
        new_text = std::move(*answer);
    }
    *policy_text += new_text;
    const auto policies = parse_policy(*policy_text);
    if (!policies) return policies.error();

    sight.patches = assemble_patches({*installed, plan ? &*plan : nullptr, gentle_plan ? &*gentle_plan : nullptr, *policies, *lists});
    note_broken_packages(sight, *installed);
    note_missing_sources(sight, *lists);
    add_pro_patches(context, sight);
    return sight;
}

Result<RebootNeed> Apt::reboot_need(Context&) {
    const Path flag = "/run/reboot-required";
    const auto info = seams_.files.info(flag);
    if (!info) {
        if (info.error().code == Errc::not_found) return RebootNeed{};
        return info.error();
    }
    RebootNeed need{.required = true, .since = info->modified};
    if (const auto packages = seams_.files.read("/run/reboot-required.pkgs")) {
        std::string_view rest = *packages;
        while (!rest.empty()) {
            const std::string name(trim(take_line(rest)));
            if (!name.empty() && std::ranges::find(need.reasons, name) == need.reasons.end()) need.reasons.push_back(name);
        }
    }
    return need;
}

}  // namespace

std::unique_ptr<PackageManager> make_apt(Seams seams, PackageManagerSettings settings) {
    return std::make_unique<Apt>(seams, std::move(settings));
}

}  // namespace guestpatch::apt
